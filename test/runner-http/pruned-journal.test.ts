import assert from "node:assert/strict";
import { test } from "node:test";
import { isTerminalType } from "#shared/journal.ts";
import { Problem } from "#shared/problem.ts";
import { messages } from "./event-stream.ts";
import { startRunner } from "./start-runner.ts";
import { startTask } from "./start-task.ts";

test("taskEvents of a journal that was shortened: resync and its end, or 204 to whoever has that", async () => {
  await using runner = await startRunner();
  const { path, ...claim } = await startTask(runner);
  await runner.store.append(claim, [{ type: "message.delta", data: { text: "a" } }]);
  await runner.store.finish(claim, { state: "cancelled", reason: "test" });
  assert.equal((await runner.store.prune({ before: 0, maxBytes: 0 })).journals, 1);
  for (const after of [1, 2, 3]) {
    const response = await runner.send(`${path}?after=${after}`);
    const [resync, end, ...more] = await Array.fromAsync(messages(response));
    assert.deepEqual([resync?.event, resync?.data], ["resync", JSON.stringify({ after })]);
    assert.deepEqual([end?.id, end?.event, more], ["4", "task.cancelled", []]);
  }
  assert.equal((await runner.send(`${path}?after=4`)).status, 204);
  const whole = await Array.fromAsync(messages(await runner.send(path)));
  assert.deepEqual(
    whole.map(({ id, event }) => [id, event]),
    [["4", "task.cancelled"]],
  );
});

test("taskEvents of a task that was forgotten: 404", async () => {
  await using runner = await startRunner();
  const { path, ...claim } = await startTask(runner);
  await runner.store.finish(claim, { state: "cancelled", reason: "test" });
  const [last] = (await runner.store.journal(claim.task.id, 0, 9)).toReversed();
  assert.ok(last !== undefined && isTerminalType(last.type));
  await runner.store.prune({ before: Date.now() + 1000 });
  assert.equal((await runner.send(path)).status, 404);
});

test("taskEvents of a task that is forgotten while its client reads: ends with an error", async (t) => {
  await using runner = await startRunner();
  const { store } = runner;
  const { path, ...claim } = await startTask(runner);
  const page = Array.from({ length: 64 }, (_, index) => String(index + 1));
  const said = page.slice(2).map((text) => ({ type: "message.delta", data: { text } }) as const);
  await store.append(claim, said);
  await store.finish(claim, { state: "cancelled", reason: "test" });
  const journal = store.journal.bind(store);
  t.mock.method(store, "journal", async (...range: Parameters<typeof journal>) => {
    const entries = await journal(...range);
    await store.prune({ before: Date.now() + 1000 });
    return entries;
  });
  const read = await Array.fromAsync(messages(await runner.send(path)));
  const end = read.pop();
  assert.deepEqual(
    read.map(({ id }) => id),
    page,
  );
  assert.deepEqual(
    [end?.event, Problem.parse(JSON.parse(end?.data ?? "")).code],
    ["error", "not_found"],
  );
  assert.deepEqual(runner.errors, []);
});
