import assert from "node:assert/strict";
import { test } from "node:test";
import { offerableTools } from "#runner/claude/tools.ts";
import { RunnerConfig } from "#runner/config.ts";
import { cliSettings } from "#runner/settings.ts";
import { readConfig } from "#shared/config.ts";

function confinedBy(tools: object) {
  const file = { claude: { tools } };
  const config = readConfig(RunnerConfig, file, { RUNNER_SECRET: "x".repeat(32) });
  const connect = () => ({ environment: {}, [Symbol.dispose]: () => {} });
  return cliSettings(config, connect, { tools: offerableTools }).confined;
}

test("pull requests from forks get of the tools what reads, and nobody is asked for more", () => {
  const tools = { allow: ["Read", "Bash(npm test)", "Edit"], ask: ["Write"], deny: ["Read(.env)"] };
  const confined = confinedBy(tools);
  assert.deepEqual(confined?.tools, { allow: ["Read"], ask: [], deny: ["Read(.env)"] });
  assert.match(confined?.instructions ?? "", /cannot change anything or run commands/);
});

test("nothing differs for forks where all tools read, or where they are to get the same", () => {
  assert.equal(confinedBy({}), undefined);
  assert.equal(confinedBy({ allow: ["Read", "Bash"], forks: "same" }), undefined);
});
