import { startFakeGitLab } from "../forges/gitlab.ts";
import { publishSuite } from "./suite.ts";

publishSuite({
  forge: "gitlab",
  start: startFakeGitLab,
  states: { found: "success", clean: "success", failed: "failed", cancelled: "canceled" },
  settles: true,
});
