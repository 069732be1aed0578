import { startFakeGitHub } from "../forges/github.ts";
import { publishSuite } from "./suite.ts";

publishSuite({
  forge: "github",
  start: startFakeGitHub,
  states: { found: "success", clean: "success", failed: "error", cancelled: "error" },
  settles: true,
});
