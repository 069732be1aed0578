import assert from "node:assert/strict";
import { test } from "node:test";
import { cacheKey, type Reviewable, type Reviewer } from "#runner/review/cache-key.ts";
import type { Subject } from "#runner/subject.ts";
import type { Checkout } from "#runner/workspace/checkout.ts";
import { pullRequestEvent } from "../shared/pull-request-event.ts";
import { noChange } from "./no-change.ts";

const tools = { allow: ["Read"], ask: [], deny: [] };
const reviewer: Reviewer = { model: "sonnet", maxTurns: 10, instructions: "Review.", tools };
const event = pullRequestEvent();
const change: Checkout = { ...noChange, diff: "+one\n" };

interface Asked {
  readonly pull?: Partial<Subject["pull_request"]>;
  readonly repository?: Partial<Subject["repository"]>;
  readonly checkout?: Partial<Checkout>;
  readonly skills?: Reviewable["skills"];
  readonly message?: string;
  readonly by?: Partial<Reviewer>;
}

function keyOf({ pull, repository, checkout, skills, message, by }: Asked): string {
  const subject = {
    ...event,
    repository: { ...event.repository, ...repository },
    pull_request: { ...event.pull_request, ...pull },
  };
  const asked = { subject, checkout: { ...change, ...checkout }, skills };
  return cacheKey(asked, { message: message ?? null }, { ...reviewer, ...by });
}

test("cacheKey: the same for the same, whatever the tags of a prompt and the tip of the base are", () => {
  const { ref } = event.pull_request.base;
  const keys = [
    {},
    {},
    { repository: { owner: event.repository.owner.toUpperCase() } },
    { pull: { base: { ref } } },
    { pull: { base: { ref, sha: "f".repeat(40) } } },
  ];
  assert.equal(new Set(keys.map(keyOf)).size, 1);
});

test("cacheKey: another for whatever a review depends on", () => {
  const guidance = [{ path: "AGENTS.md", text: "Mind the tests", isCut: false }];
  const different: Asked[] = [
    {},
    { repository: { name: "other" } },
    { repository: { owner: "other" } },
    { repository: { host: "other.test" } },
    { pull: { title: "Other" } },
    { pull: { body: "Other" } },
    { pull: { number: 8 } },
    { pull: { base: { ref: "other" } } },
    { checkout: { headSha: "b".repeat(40) } },
    { checkout: { mergeBase: "b".repeat(40) } },
    { checkout: { diff: "+two\n" } },
    { checkout: { guidance } },
    { checkout: { omitted: [{ path: "a", reason: "excluded" }] } },
    { message: "Look at the totals" },
    { skills: [{ name: "strict", instructions: "Be strict.", hash: "1" }] },
    { skills: [{ name: "strict", instructions: "Be strict.", hash: "2" }] },
    { by: { model: "opus" } },
    { by: { maxTurns: 11 } },
    { by: { instructions: "Review well." } },
    { by: { tools: { ...tools, allow: ["Read", "Bash"] } } },
  ];
  const keys = different.map(keyOf);
  assert.equal(new Set(keys).size, different.length);
});

test("cacheKey: pull requests from forks by the settings that they get", () => {
  const confined = { tools, instructions: "Only read." };
  const own = keyOf({ pull: { fork: false } });
  assert.equal(keyOf({ pull: { fork: false }, by: { confined } }), own);
  assert.notEqual(keyOf({ pull: { fork: true }, by: { confined } }), own);
  assert.equal(keyOf({ pull: { fork: true } }), own);
});
