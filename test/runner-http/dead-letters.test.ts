import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as z from "zod";
import { TaskList } from "#shared/api.ts";
import { HostList } from "#shared/host.ts";
import { replayDeadLetters } from "#shared/routes/dead-letters.ts";
import { accepted, claimed, done, trouble } from "../store/drive.ts";
import { handOff } from "../store/hand-off.ts";
import { assertProblem } from "./assert-problem.ts";
import { startRunner, type TestRunner } from "./start-runner.ts";

const Replay = z.object({ outcome: z.string(), task_id: z.uuid() });

/** Lets a task of a pull request fail; gives its id. */
async function failed({ store }: TestRunner, number: number): Promise<string> {
  const id = await accepted(store, handOff(number));
  await store.finish(await claimed(store), { state: "failed", error: trouble });
  return id;
}

async function letters(runner: TestRunner, query = ""): Promise<string[]> {
  const response = await runner.send(`/v1/dead-letters${query}`);
  assert.equal(response.status, 200);
  return TaskList.parse(await response.json()).tasks.map(({ id }) => id);
}

async function replay(runner: TestRunner, id: string): Promise<z.infer<typeof Replay>> {
  const response = await runner.send(`/v1/dead-letters/${id}/replay`, { method: "POST" });
  assert.equal(response.status, 202);
  return Replay.parse(await response.json());
}

suite("/v1/dead-letters", () => {
  test("lists what failed, by code, repository and time, the latest first", async () => {
    await using runner = await startRunner();
    const ids = [await failed(runner, 1), await failed(runner, 2)].reverse();
    await accepted(runner.store, handOff(3));
    assert.deepEqual(await letters(runner), ids);
    assert.deepEqual(await letters(runner, "?limit=1"), ids.slice(0, 1));
    assert.deepEqual(await letters(runner, "?code=internal"), ids);
    assert.deepEqual(await letters(runner, "?code=turn_timeout"), []);
    assert.deepEqual(await letters(runner, "?repository=acme/other"), []);
    assert.deepEqual(await letters(runner, "?since=2999-01-01T00:00:00Z"), []);
    await assertProblem(await runner.send("/v1/dead-letters?code=no"), 400, "invalid_request");
  });

  test("a replay is a new task, asked for twice it is the same one, and no dead letter is left", async () => {
    await using runner = await startRunner();
    const id = await failed(runner, 1);
    const first = await replay(runner, id);
    assert.equal(first.outcome, "accepted");
    assert.notEqual(first.task_id, id);
    const again = await replay(runner, id);
    assert.deepEqual(again, { outcome: "duplicate", task_id: first.task_id });
    assert.deepEqual(await letters(runner), []);
    const [queued] = await runner.store.journal(first.task_id, 0, 1);
    assert(queued?.type === "task.queued");
    assert.equal(queued.data.replay_of, id);
  });

  test("a replay that fails is a dead letter in place of the one that it repeats", async () => {
    await using runner = await startRunner();
    const { task_id } = await replay(runner, await failed(runner, 1));
    await runner.store.finish(await claimed(runner.store), { state: "failed", error: trouble });
    assert.deepEqual(await letters(runner), [task_id]);
  });

  test("refuses to replay what has not failed, what there is not, and what there is no room for", async () => {
    await using runner = await startRunner({ queueLimit: 1 });
    const post = (id: string) => runner.send(`/v1/dead-letters/${id}/replay`, { method: "POST" });
    const id = await failed(runner, 1);
    const good = await accepted(runner.store, handOff(2));
    await assertProblem(await post(good), 409, "conflict");
    await assertProblem(await post("01890a5d-ac96-774b-bcce-b302099a8057"), 404, "not_found");
    await assertProblem(await post(id), 503, "queue_full");
    await runner.store.finish(await claimed(runner.store), done);
    assert.equal((await replay(runner, id)).outcome, "accepted");
  });

  test("replays all that pass a filter, as long as there is room, and says when there are more", async () => {
    await using runner = await startRunner({ queueLimit: 2 });
    const ids = [];
    for (const number of [1, 2, 3]) ids.push(await failed(runner, number));
    const all = async (body: object) => {
      const path = "/v1/dead-letters/replay";
      const response = await runner.send(path, { method: "POST", body });
      const { replays, more } = replayDeadLetters.answer.parse(await response.json());
      return { replayed: replays.map(({ dead_letter }) => dead_letter), more };
    };
    const [one = "", two = "", three = ""] = ids;
    assert.deepEqual(await all({ repository: "acme/other" }), { replayed: [], more: false });
    assert.deepEqual(await all({ limit: 1 }), { replayed: [three], more: true });
    assert.deepEqual(await all({}), { replayed: [two], more: true });
    while ((await runner.store.stats()).queued > 0) {
      await runner.store.finish(await claimed(runner.store), done);
    }
    assert.deepEqual(await all({}), { replayed: [one], more: false });
  });
});

test("/v1/hosts: this host is up with what it does now, also when it has not told so for long, and draining when it is", async () => {
  let isDraining = false;
  const load = { running: 1, capacity: 10, sessions: 3, memoryBytes: 5 };
  await using runner = await startRunner({
    isDraining: () => isDraining,
    drain: async () => {
      isDraining = true;
    },
    load: () => load,
  });
  await runner.store.heartbeat({ ...load, running: 0 });
  const [host] = HostList.parse(await (await runner.send("/v1/hosts")).json()).hosts;
  assert.equal(host?.state, "up");
  assert.deepEqual(host.load, { running: 1, capacity: 10, sessions: 3, memory_bytes: 5 });
  const drained = await runner.send("/v1/hosts/drain", { method: "POST" });
  assert.equal(drained.status, 202);
  assert.equal(z.object({ state: z.string() }).parse(await drained.json()).state, "draining");
});
