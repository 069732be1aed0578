import { startFakeGitea } from "../forges/gitea.ts";
import { publishSuite } from "./suite.ts";

publishSuite({
  forge: "gitea",
  start: startFakeGitea,
  states: { found: "success", clean: "success", failed: "error", cancelled: "error" },
  settles: false,
  isKilled: false,
});
