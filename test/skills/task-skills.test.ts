import assert from "node:assert/strict";
import { test } from "node:test";
import { loadSkills } from "#runner/skills/load-skills.ts";
import type { Skill } from "#runner/skills/skill.ts";
import { narrowed, taskSkills, tightened } from "#runner/skills/task-skills.ts";
import type { TaskKind } from "#shared/task.ts";
import { pipeline } from "../edge/rules/events.ts";
import { pullRequestEvent } from "../shared/pull-request-event.ts";

const all = await loadSkills();

function skill(name: string, more: Partial<Skill>): Skill {
  const [any] = all.values();
  return { ...(any ?? assert.fail()), name, output: "review", ...more };
}

test("taskSkills: each task has its own, a review all that are configured", () => {
  const skills = taskSkills(all, ["code-reviewer", "security-scanner", "code-reviewer"]);
  const of = (kind: TaskKind, event = pullRequestEvent()) =>
    skills.of({ kind, event }).skills.map(({ name }) => name);
  assert.deepEqual(of("review"), ["code-reviewer", "security-scanner"]);
  assert.deepEqual(of("analyze"), ["change-analyzer"]);
  assert.deepEqual(of("test"), ["test-generator"]);
  assert.deepEqual(of("ask"), []);
  const failed = skills.of({ kind: "analyze", event: pipeline() });
  assert.deepEqual(
    failed.skills.map(({ name }) => name),
    ["log-analyzer"],
  );
});

test("taskSkills: a question has the tools of a review, and of no other task", () => {
  const own = new Map([...all, ["reader", skill("reader", { tools: ["Read"] })]]);
  const skills = taskSkills(own, ["reader"]);
  const tools = (kind: TaskKind) => skills.of({ kind, event: pullRequestEvent() }).tools;
  assert.deepEqual([tools("review"), tools("ask")], [["Read"], ["Read"]]);
  assert(tools("analyze").includes("Grep") && skills.tools.includes("Grep"));
});

test("taskSkills: a skill that there is not, or of another form: says which, and what to do", () => {
  assert.throws(() => taskSkills(all, ["code-reveiwer"]), {
    code: "config_invalid",
    message: "Cannot find skill code-reveiwer, which review.skills names",
    hint: /mean code-reviewer\?/,
  });
  assert.throws(() => taskSkills(all, ["log-analyzer"]), {
    code: "config_invalid",
    message: /log-analyzer for review\.skills: its output is diagnosis, not review/,
  });
});

test("narrowed: rules of tools that no skill uses are gone, and none is added", () => {
  const rules = { allow: ["Read", "Bash(npm test)"], ask: ["Write"], deny: ["Read(.env)"] };
  assert.deepEqual(narrowed(rules, ["Read", "Grep", "Write"]), {
    allow: ["Read"],
    ask: ["Write"],
    deny: ["Read(.env)"],
  });
});

test("tightened: the sum of what skills need, and never more than is configured", () => {
  const one = skill("one", { budgets: { usd: 0.25, turns: 5 } });
  const other = skill("other", { budgets: { usd: 0.5, time: 1000 } });
  const unlimited = { usd: undefined, tokens: undefined, turns: undefined, time: undefined };
  assert.deepEqual(tightened({ usd: 1 }, [one, other]), { ...unlimited, usd: 0.75 });
  assert.deepEqual(tightened({ usd: 0.1, turns: 9 }, [one]), { ...unlimited, usd: 0.1, turns: 5 });
  assert.deepEqual(tightened({ usd: 1 }, []), { usd: 1 });
});
