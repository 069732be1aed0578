import assert from "node:assert/strict";
import { glob, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Health } from "#shared/api.ts";
import type { JournalEntry } from "#shared/journal.ts";
import { apiError } from "../messages-api/api-error.ts";
import { textBlock, toolUse } from "../messages-api/blocks.ts";
import { inOrder } from "../messages-api/in-order.ts";
import { message, text } from "../messages-api/reply.ts";
import { until } from "../until.ts";
import { review, type Scene, setScene } from "./scene.ts";

const refused = apiError(429, { headers: { "retry-after": "3600" } });
const forever = new Promise<never>(() => {});

function isGone(pid: number): boolean {
  try {
    return !process.kill(pid, 0);
  } catch {
    return true;
  }
}

/** The processes that a task was served by, in order. */
function pidsOf(journal: readonly JournalEntry[]): number[] {
  return journal.flatMap(({ type, data }) =>
    (type === "session.ready" || type === "session.resumed") && data.pid !== null ? [data.pid] : [],
  );
}

function startOf(journal: readonly JournalEntry[]) {
  const last = journal.at(-1);
  assert(last?.type === "task.succeeded" && last.data.result.kind === "review");
  return last.data.result.timing.start;
}

/** When an attempt began, in epoch milliseconds. */
function startedAt(journal: readonly JournalEntry[]): number {
  return Date.parse(journal.find(({ type }) => type === "task.started")?.time ?? "");
}

async function health({ program }: Scene): Promise<Health> {
  return Health.parse(await (await fetch(`${program.runnerUrl}/health`)).json());
}

test("a spare: serves the next new pull request, and its conversation is resumed later", async () => {
  await using scene = await setScene({
    respond: inOrder(text(review("First.")), text(review("Second."))),
    environment: { ASYNC_MIN_IDLE_SESSIONS: "1" },
  });
  await until(() => scene.program.log.some((line) => line.includes("session_created")));
  const first = await (await scene.push(1)).journal();
  assert.equal(startOf(first), "spare");
  assert(!first.some(({ type }) => type === "session.starting"));
  const [pid = 0] = pidsOf(first);
  process.kill(pid, "SIGKILL");
  await until(() => isGone(pid));
  const second = await (await scene.push(1)).journal();
  assert.equal(startOf(second), "resumed");
  assert(JSON.stringify(scene.api.requests[1]?.body.messages).includes("First."));
});

test("async.enabled false: a process for each task, and the conversation goes on", async () => {
  await using scene = await setScene({
    respond: inOrder(text(review("First.")), text(review("Second."))),
    environment: { ASYNC_ENABLED: "false" },
  });
  const first = await (await scene.push(1)).journal();
  assert.equal(startOf(first), "cold");
  const [pid = 0] = pidsOf(first);
  await until(() => isGone(pid));
  assert.equal(startOf(await (await scene.push(1)).journal()), "resumed");
  assert(JSON.stringify(scene.api.requests[1]?.body.messages).includes("First."));
});

test("a process above its memory limit: replaced by one that resumes", async () => {
  await using scene = await setScene({ environment: { SESSION_MEMORY_LIMIT: "1MB" } });
  const [pid = 0] = pidsOf(await (await scene.push(1)).journal());
  await until(() => isGone(pid));
  assert.equal(startOf(await (await scene.push(1)).journal()), "resumed");
});

test("a message that two processes die over: poisonous, and a new conversation answers", async () => {
  await using scene = await setScene({
    respond: () => text("I begin ", scene.api.requests.length > 2 ? "" : forever, review()),
  });
  const sent = await scene.push(1);
  for (let death = 0; death < 2; death += 1) {
    await scene.api.request(death);
    const journal: JournalEntry[] = [];
    for await (const entry of sent.follow()) {
      journal.push(entry);
      if (journal.filter(({ type }) => type === "message.delta").length > death) break;
    }
    process.kill(pidsOf(journal).at(-1) ?? 0, "SIGKILL");
  }
  const journal = await sent.journal();
  assert.equal(startOf(journal), "cold");
  assert.equal(new Set(pidsOf(journal)).size, 3);
  const poisonous = journal.find(({ type }) => type === "input.poisonous");
  assert.deepEqual(poisonous?.data, { deaths: 2 });
});

test("a model that is down: the breaker holds tasks back until it is up again", async () => {
  let isDown = true;
  const openTimeout = 2000;
  await using scene = await setScene({
    respond: () => (isDown ? refused : text(review())),
    environment: {
      ASYNC_RETRY_MAX_ATTEMPTS: "1",
      ASYNC_CIRCUIT_BREAKER_FAILURE_THRESHOLD: "2",
      ASYNC_CIRCUIT_BREAKER_SUCCESS_THRESHOLD: "1",
      ASYNC_CIRCUIT_BREAKER_OPEN_TIMEOUT: `${openTimeout}ms`,
    },
  });
  let last = 0;
  for (const number of [1, 2]) {
    const journal = await (await scene.push(number)).journal();
    assert.equal(journal.at(-1)?.type, "task.failed");
    last = startedAt(journal);
  }
  // It stays open for so long alone: what is said of that has to come from one answer.
  let told: Health | undefined;
  await until(async () => {
    told = await health(scene);
    return told.breaker === "open";
  });
  assert.equal(told?.status, "degraded");
  assert.match(told.problems.join(), /Breaker is open/);
  isDown = false;
  const waiting = await (await scene.push(3)).journal();
  assert.equal(waiting.at(-1)?.type, "task.succeeded");
  // It opened after the last attempt had begun.
  const held = startedAt(waiting) - last;
  assert(held >= openTimeout, `${held} ms`);
  assert.equal((await health(scene)).breaker, "closed");
});

test("failures in a row: nothing is kept any more, and health says why", async () => {
  await using scene = await setScene({
    respond: inOrder(refused),
    environment: {
      ASYNC_RETRY_MAX_ATTEMPTS: "1",
      FALLBACK_ONE_SHOT_WHEN_CONSECUTIVE_FAILURES: "1",
    },
  });
  const [pid = 0] = pidsOf(await (await scene.push(1)).journal());
  await until(() => isGone(pid));
  const { degradation_level, problems } = await health(scene);
  assert.equal(degradation_level, 2);
  assert.match(problems.join(), /level 2: .*fail/i);
});

test("a budget of a pull request: a turn ends at the request that would pass it", async () => {
  await using scene = await setScene({
    respond: (_request, count) =>
      count === 0
        ? message({ blocks: [textBlock("I look."), toolUse("Read", { file_path: "src/a.ts" })] })
        : text(review()),
    environment: { BUDGET_SESSION_USD: "0.00001" },
  });
  const journal = await (await scene.push(1)).journal();
  const last = journal.at(-1);
  assert(last?.type === "task.failed");
  assert.equal(last.data.error.code, "budget_exhausted");
  assert.equal(last.data.error.partial, "I look.");
  assert.match(last.data.error.message + last.data.error.hint, /budget\.session\.usd/);
  assert.equal(scene.api.requests.length, 1);
  const again = await (await scene.push(1)).first("task.failed");
  assert.equal(again.data.error.code, "budget_exhausted");
  assert.equal(scene.api.requests.length, 1);
});

test("an unused conversation: forgotten with its files, and its last review is remembered", async () => {
  await using scene = await setScene({
    respond: () => text(review("It leaks.")),
    environment: { ASYNC_SESSION_TTL: "500ms" },
  });
  await (await scene.push(1)).first("task.succeeded");
  const left = async () => {
    const patterns = ["workspaces/*", "claude/config/projects/*"];
    return await Array.fromAsync(glob(patterns, { cwd: scene.stateDir }));
  };
  await until(async () => (await left()).length === 0);
  await stat(join(scene.stateDir, "cicd-runner.db"));
  const again = await (await scene.push(1)).journal();
  assert.equal(startOf(again), "cold");
  const [, second] = scene.api.requests;
  assert.equal(second?.body.messages.filter(({ role }) => role === "user").length, 1);
  assert.match(JSON.stringify(second?.body.messages), /another conversation.*It leaks/);
});
