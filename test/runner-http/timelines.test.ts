import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import type { JournalEvent } from "#shared/journal.ts";
import { readJournal } from "#shared/routes/tasks.ts";
import { Timeline } from "#shared/timeline.ts";
import { assertProblem } from "./assert-problem.ts";
import { startRunner, type TestRunner } from "./start-runner.ts";
import { startTask } from "./start-task.ts";

const error = { code: "cli_exited", category: "session", message: "It exited" } as const;
const question = { request_id: "q", tool: "Bash", input: {}, expires_at: "2100-01-01T00:00:00Z" };
const happened: JournalEvent[] = [
  { type: "workspace.step", data: { step: "fetch" } },
  { type: "session.starting", data: { start: "cold" } },
  { type: "workspace.step", data: { step: "diff" } },
  { type: "session.ready", data: { start: "cold", pid: 1, duration_ms: 1 } },
  {
    type: "workspace.ready",
    data: { head_sha: "a", merge_base: "b", files: 1, diff_bytes: 1, duration_ms: 1 },
  },
  { type: "turn.started", data: { turn_id: "t", start: "cold" } },
  { type: "permission.requested", data: question },
];

async function timelineOf(runner: TestRunner, id: string) {
  const response = await runner.send(`/v1/tasks/${id}/timeline`);
  return Timeline.parse(await response.json());
}

test("GET /v1/tasks/:id/timeline: steps in their order, open while they go on, ended by a retry", async () => {
  await using runner = await startRunner();
  const claim = await startTask(runner);
  const { id } = claim.task;
  await runner.store.append(claim, happened);
  const running = await timelineOf(runner, id);
  assert.equal(running.to, null);
  assert.deepEqual(
    running.spans.map(({ step, attempt, to }) => [step, attempt, to === null]),
    [
      ["wait", 0, false],
      ["fetch", 1, false],
      ["start", 1, false],
      ["turn", 1, true],
      ["ask", 1, true],
    ],
  );
  await runner.store.finish(claim, { state: "queued", delay: 0, error });
  const again = await runner.store.claim();
  assert(again);
  await runner.store.append(again, [happened[0] ?? assert.fail()]);
  await runner.store.finish(again, { state: "failed", error });
  const { to, spans } = await timelineOf(runner, id);
  assert.equal(to, (await runner.store.task(id))?.ended_at);
  assert.deepEqual(
    spans.slice(5).map(({ step, attempt }) => [step, attempt]),
    [
      ["pause", 1],
      ["fetch", 2],
    ],
  );
  for (const span of spans) assert(span.to !== null && span.from <= span.to, span.step);
});

test("a result that was kept and not published: no step of publishing", async () => {
  await using runner = await startRunner();
  const claim = await startTask(runner);
  const result = { kind: "close" } as const;
  await runner.store.append(claim, [{ type: "result.stored", data: { result, places: [] } }]);
  await runner.store.finish(claim, { state: "succeeded", result });
  const { spans } = await timelineOf(runner, claim.task.id);
  assert.deepEqual(
    spans.map(({ step }) => step),
    ["wait"],
  );
});

test("a journal of which only the end is left has no timeline", async () => {
  await using runner = await startRunner();
  const claim = await startTask(runner);
  await runner.store.append(claim, happened);
  await runner.store.finish(claim, { state: "failed", error });
  await runner.store.prune({ before: 0, maxBytes: 0 });
  const { from, to, spans } = await timelineOf(runner, claim.task.id);
  assert(to !== null && from <= to);
  assert.deepEqual(spans, []);
});

test("GET /v1/tasks/:id/journal?last=: its end, and what follows", async () => {
  await using runner = await startRunner();
  const claim = await startTask(runner);
  await runner.store.append(claim, happened);
  const end = await runner.store.journalEnd(claim.task.id);
  assert.equal(end, 2 + happened.length);
  const pageOf = async (query: string) => {
    const response = await runner.send(`/v1/tasks/${claim.task.id}/journal?${query}`);
    const { entries, more } = readJournal.answer.parse(await response.json());
    return [entries.map(({ seq }) => seq), more];
  };
  assert.deepEqual(await pageOf("last=2"), [[end - 1, end], false]);
  assert.deepEqual(await pageOf("last=3&limit=1"), [[end - 2], true]);
  assert.deepEqual(await pageOf("last=99&limit=1"), [[1], true]);
});

test("GET /v1/tasks/:id/journal: page after page, and 404 to an unknown task", async () => {
  await using runner = await startRunner();
  const claim = await startTask(runner);
  await runner.store.append(claim, happened.slice(0, 3));
  const page = async (query: string) => {
    const response = await runner.send(`/v1/tasks/${claim.task.id}/journal?${query}`);
    const { entries, more } = readJournal.answer.parse(await response.json());
    return [entries.map(({ seq }) => seq), more];
  };
  assert.deepEqual(await page("limit=2"), [[1, 2], true]);
  assert.deepEqual(await page("limit=3&after=2"), [[3, 4, 5], false]);
  assert.deepEqual(await page("after=5"), [[], false]);
  for (const route of ["journal", "timeline"]) {
    await assertProblem(await runner.send(`/v1/tasks/${v7()}/${route}`), 404, "not_found");
  }
});
