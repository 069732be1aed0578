import assert from "node:assert/strict";
import { test } from "node:test";
import { execa } from "execa";
import * as z from "zod";
import { compileCache } from "../compile-cache.ts";
import { review, setScene } from "../host/scene.ts";
import { toolUse } from "../messages-api/blocks.ts";
import { message, text } from "../messages-api/reply.ts";
import { tempFolder } from "../temp-folder.ts";
import { skillText, writeSkill } from "./write-skill.ts";

const main = new URL("../../cli/main.ts", import.meta.url).pathname;

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return await execa(process.execPath, [main, ...args], {
    ...{ cwd: "/", env: { ...compileCache, ...env } },
    ...{ extendEnv: false, reject: false, timeout: 20_000 },
  });
}

test("a review by two skills, one of the operator: both are in the prompt, and their tools alone", async () => {
  await using folder = await tempFolder();
  const own = { name: "naming", "allowed-tools": "[Read, Glob]" };
  await writeSkill(folder.path, "naming", skillText(own, "Look at names."));
  const other = { name: "wording", "allowed-tools": "[Read]" };
  await writeSkill(folder.path, "wording", skillText(other, "Look at words."));
  await using scene = await setScene({
    environment: { SKILLS_DIR: folder.path, REVIEW_SKILLS: "naming wording" },
    respond: (_request, index) =>
      index === 0
        ? message({ blocks: [toolUse("Grep", { pattern: "export" })] })
        : text(review("Fine.")),
  });
  const sent = await scene.push(1);
  const journal = await sent.journal();
  assert.equal(journal.at(-1)?.type, "task.succeeded");
  const said = JSON.stringify(scene.api.requests[0]?.body.messages);
  assert.match(said, /by each of naming, wording;.*# naming.*Look at names\..*Look at words\./);
  assert.doesNotMatch(said, /careful maintainer/);
  const result = journal.find(({ type }) => type === "tool.result");
  assert(result?.type === "tool.result" && result.data.is_error);
  assert.match(result.data.text, /no more than the tools of its skill/);
});

test("a skill's budget: the task fails when it is spent, and is told what to raise", async () => {
  await using folder = await tempFolder();
  const own = { name: "naming", "allowed-tools": "[Grep]", budgets: "{ turns: 1 }" };
  await writeSkill(folder.path, "naming", skillText(own, "Look at names."));
  await using scene = await setScene({
    environment: { SKILLS_DIR: folder.path, REVIEW_SKILLS: "naming" },
    respond: () => message({ blocks: [toolUse("Grep", { pattern: "export" })] }),
  });
  const sent = await scene.push(1);
  await sent.journal();
  const { error } = await sent.task();
  assert.deepEqual(
    [error?.code, error?.message],
    ["budget_exhausted", "Budget of the task is exhausted: 1 of 1 turns of the model spent"],
  );
  assert.match(error?.hint ?? "", /or budgets of the task's skill/);
});

test("a review goes by code-reviewer where nothing else is said", async () => {
  await using scene = await setScene();
  await (await scene.push(1)).journal();
  assert.match(JSON.stringify(scene.api.requests[0]?.body.messages), /careful maintainer/);
});

const Listed = z.object({
  skills: z.array(z.object({ name: z.string(), hash: z.string().length(64), path: z.string() })),
});

test("cicd-runner skills: what a runner would go by, for people and as data", async () => {
  await using folder = await tempFolder();
  const path = await writeSkill(folder.path, "own-skill", skillText());
  const env = { SKILLS_DIR: folder.path };
  const listed = await run(["skills"], env);
  assert.match(listed.stdout, /^own-skill +review +Does it\.\n +\//m);
  const { skills } = Listed.parse(JSON.parse((await run(["skills", "--json"], env)).stdout));
  assert.equal(skills.length, 7);
  assert.equal(skills.find(({ name }) => name === "own-skill")?.path, path);
});

test("a skill that is none: no runner starts, and neither does the list", async () => {
  await using folder = await tempFolder();
  await writeSkill(folder.path, "own-skill", skillText({ output: "poem" }));
  const env = {
    SKILLS_DIR: folder.path,
    RUNNER_SECRET: "x".repeat(32),
    PATH: process.env.PATH ?? "",
  };
  for (const command of ["skills", "runner"]) {
    const { exitCode, stderr } = await run([command], { ...env, RUNNER_STATE_DIR: folder.path });
    assert.notEqual(exitCode, 0);
    assert.match(String(stderr), /own-skill\/SKILL\.md, line 5: output: /);
  }
});
