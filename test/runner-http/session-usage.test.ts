import assert from "node:assert/strict";
import { test } from "node:test";
import { SessionDetail } from "#shared/session.ts";
import { assertProblem } from "./assert-problem.ts";
import { handOff } from "./hand-off.ts";
import { idle, startRunner } from "./start-runner.ts";

test("GET /v1/sessions/:id tells what all tasks of the session took, 404 to an unknown one", async () => {
  const resident = new Map<string, { state: "busy"; pid: number }>();
  await using runner = await startRunner({
    sessions: { ...idle, processOf: (id) => resident.get(id) },
    memoryOf: async (pids) => new Map(pids.map((pid) => [pid, 1000 * pid])),
  });
  const enqueue = async (number: number) => {
    const taken = handOff({ number });
    const admission = await runner.store.enqueue(taken, { limit: 9 });
    assert(admission.outcome === "accepted");
    return { task_id: taken.task_id, session_id: admission.sessionId };
  };
  const { session_id, task_id } = await enqueue(7);
  const other = await enqueue(8);
  const get = async (id: string) => {
    const response = await runner.send(`/v1/sessions/${id}`);
    return SessionDetail.parse(await response.json());
  };
  assert.partialDeepStrictEqual(await get(session_id), {
    id: session_id,
    number: 7,
    state: "hibernated",
    usage: { model_requests: 0, input_tokens: 0, cost_usd: 0 },
  });
  const spending = {
    model_requests: 2,
    input_tokens: 10,
    output_tokens: 20,
    cache_read_input_tokens: 30,
    cache_creation_input_tokens: 40,
    cost_usd: 0.25,
    turn_ms: 50,
  };
  resident.set(session_id, { state: "busy", pid: 4711 });
  await runner.store.addUsage(task_id, session_id, spending);
  await runner.store.addUsage("an earlier task", session_id, { ...spending, cost_usd: 0.5 });
  await runner.store.addUsage(other.task_id, other.session_id, spending);
  const { usage, state, pid, memory_bytes } = await get(session_id);
  assert.deepEqual(
    { state, pid, memory_bytes },
    { state: "busy", pid: 4711, memory_bytes: 4_711_000 },
  );
  assert.equal((await get(other.session_id)).memory_bytes, null);
  assert.deepEqual(usage, {
    model_requests: 4,
    input_tokens: 20,
    output_tokens: 40,
    cache_read_input_tokens: 60,
    cache_creation_input_tokens: 80,
    cost_usd: 0.75,
    turn_ms: 100,
  });
  await assertProblem(await runner.send(`/v1/sessions/${task_id}`), 404, "not_found");
});
