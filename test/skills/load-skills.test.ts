import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { loadSkills } from "#runner/skills/load-skills.ts";
import { tempFolder } from "../temp-folder.ts";
import { skillText, writeSkill } from "./write-skill.ts";

test("loadSkills: those that come with the program, each for its task", async () => {
  const skills = await loadSkills();
  const outputs = [...skills.values()].map(({ name, output }) => [name, output]);
  assert.deepEqual(outputs, [
    ["change-analyzer", "analysis"],
    ["code-reviewer", "review"],
    ["log-analyzer", "diagnosis"],
    ["perf-auditor", "review"],
    ["security-scanner", "review"],
    ["test-generator", "tests"],
  ]);
  assert.deepEqual(skills.get("log-analyzer")?.inputs, ["change", "log"]);
  for (const { tools, instructions } of skills.values()) {
    assert(!tools.includes("Edit") && !tools.includes("Write"));
    assert(instructions.length > 500);
  }
});

test("loadSkills: one of the operator, with all that it says", async () => {
  await using folder = await tempFolder();
  const more = {
    "allowed-tools": "Read, Bash",
    budgets: "{usd: 0.5, tokens: 1000, turns: 3, time: 90s}",
    inputs: "[change]",
  };
  const text = skillText(more, "\nLook.\n\n---\n\nTwice.");
  const path = await writeSkill(folder.path, "own-skill", text);
  await writeFile(join(folder.path, "README.md"), "What these are for.");
  await mkdir(join(folder.path, ".git"));
  const skills = await loadSkills(folder.path);
  assert.equal(skills.size, 7);
  assert.deepEqual(skills.get("own-skill"), {
    name: "own-skill",
    description: "Does it.",
    tools: ["Read", "Bash"],
    budgets: { usd: 0.5, tokens: 1000, turns: 3, time: 90_000 },
    output: "review",
    inputs: ["change"],
    instructions: "Look.\n\n---\n\nTwice.",
    hash: createHash("sha256").update(text).digest("hex"),
    path,
  });
});

test("loadSkills: the operator's takes the place of ours, and has another hash", async () => {
  await using folder = await tempFolder();
  const own = (await loadSkills()).get("code-reviewer");
  await writeSkill(folder.path, "code-reviewer", skillText({ name: "code-reviewer" }, "Be kind."));
  const skill = (await loadSkills(folder.path)).get("code-reviewer");
  assert.equal(skill?.instructions, "Be kind.");
  assert.notEqual(skill?.hash, own?.hash);
});

for (const [what, text, message] of [
  ["no front matter", "Do it.", /line 1: it must begin with front matter/],
  ["no end of it", "---\nname: own-skill\n", /line 1: it must begin with front matter/],
  ["no YAML", skillText({ description: "[a" }), /line \d: /],
  [
    "a key that there is not",
    skillText({ tools: "[Read]" }),
    /line 5: tools: unknown key; did you mean/,
  ],
  [
    "a budget that there is not",
    skillText({ budgets: "{euro: 1}" }),
    /line 5: budgets\.euro: unknown/,
  ],
  ["a key that is missing", skillText({ description: undefined }), /description: /],
  [
    "another name",
    skillText({ name: "other" }),
    /line 2: name: must be that of its folder, own-skill/,
  ],
  [
    "a tool that starts agents",
    skillText({ "allowed-tools": "[Read, Agent]" }),
    /line 4: allowed-tools\.1: must be one of Read.*got "Agent"/,
  ],
  ["a rule", skillText({ "allowed-tools": '["Bash(git log:*)"]' }), /line 4: .*claude\.tools/],
  ["an output that there is not", skillText({ output: "poem" }), /line 5: output: /],
  ["a review of nothing", skillText({ inputs: "[log]" }), /line 5: inputs: must have change/],
  ["no instructions", skillText({}, " \n"), /no instructions/],
  ["too much", skillText({}, "x".repeat(70_000)), /longer than 65536/],
] as const) {
  test(`loadSkills, ${what}: refused, with the file and where in it`, async () => {
    await using folder = await tempFolder();
    const path = await writeSkill(folder.path, "own-skill", text);
    await assert.rejects(loadSkills(folder.path), (error: Error & { code?: string }) => {
      assert.equal(error.code, "config_invalid");
      assert(error.message.includes(path), error.message);
      assert.match(error.message, message);
      return true;
    });
  });
}

test("loadSkills: a folder that is not there, or holds no skill: says what to set", async () => {
  await using folder = await tempFolder();
  const missing = join(folder.path, "missing");
  await assert.rejects(loadSkills(missing), { code: "config_invalid", hint: /skills\.dir/ });
  await mkdir(join(folder.path, "empty"));
  const refused = loadSkills(folder.path);
  await assert.rejects(refused, { code: "config_invalid", message: /empty\/SKILL\.md/ });
});
