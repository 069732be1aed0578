import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { isTerminalType } from "#shared/journal.ts";
import { isTerminal } from "#shared/task.ts";
import { startChild } from "./child.ts";
import { accepted, claimed, done, story } from "./drive.ts";
import { handOff } from "./hand-off.ts";
import { newSqlitePlace } from "./place.ts";

suite("SqliteStore whose program is killed", () => {
  test("in the midst of writes: what was promised is there, and states fit journals", async () => {
    await using place = await newSqlitePlace();
    const promised = new Map<string, string>();
    for (let round = 0; round < 5; round += 1) {
      await using child = startChild("work", place.folder);
      await child.said(1 + Math.floor(Math.random() * 60));
      await child.kill();
      for (const line of child.lines) {
        const [state = "", id = ""] = line.split(" ");
        promised.set(id, state);
      }
      await using store = await place.open();
      for (const [id, state] of promised) {
        const told = await story(store, id);
        assert.notEqual(told.state, undefined, `${id} is lost`);
        if (state === "succeeded") assert.equal(told.state, "succeeded");
      }
      for (const { id, state } of await store.tasks({ limit: 100_000 })) {
        const { types } = await story(store, id);
        const end = isTerminal(state) ? types.length - 1 : -1;
        assert.equal(types.findIndex(isTerminalType), end, `${id}: ${state}, ${types}`);
      }
    }
  });

  test("three times under a task: queued again with crash counted, then host_restarted", async () => {
    await using place = await newSqlitePlace();
    const ids: string[] = [];
    {
      await using store = await place.open();
      ids.push(await accepted(store, handOff(1)), await accepted(store, handOff(2)));
      await claimed(store);
      await store.cancel(ids[0] ?? "", "asked");
      await store.finish(await claimed(store), { state: "released" });
    }
    const states: unknown[] = [];
    for (let crash = 1; crash <= 3; crash += 1) {
      await using child = startChild("hold", place.folder);
      await child.said(1);
      await child.kill();
      await using store = await place.open();
      states.push(await Promise.all(ids.map(async (id) => (await story(store, id)).state)));
    }
    assert.deepEqual(states, [
      ["cancelled", "queued"],
      ["cancelled", "queued"],
      ["cancelled", "failed"],
    ]);
    await using store = await place.open();
    assert.equal((await store.task(ids[1] ?? ""))?.error?.code, "host_restarted");
  });
});

test("SqliteStore on a full disk: store_unavailable, nothing lost, works again with room", async () => {
  await using place = await newSqlitePlace();
  const before = handOff(5_000_000);
  {
    await using store = await place.open();
    await accepted(store, before);
  }
  await using child = startChild("fill", place.folder, { fileSize: 512 });
  await child.ended();
  const of = (word: string) =>
    child.lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.split(" ")[1]);
  assert.deepEqual(of("code"), ["store_unavailable"]);
  assert.deepEqual(of("read"), [before.task_id]);
  const promised = of("accepted");
  assert.ok(promised.length > 0, child.lines.join("\n"));

  await using store = await place.open();
  const kept = (await store.tasks({ limit: 100_000 })).map(({ id }) => id).reverse();
  assert.deepEqual(kept, [before.task_id, ...promised]);
  const again = await accepted(store, handOff(6_000_000));
  while ((await store.stats()).queued > 0) await store.finish(await claimed(store), done);
  assert.equal((await story(store, again)).state, "succeeded");
});

const noDescriptors =
  process.platform === "linux" ? false : "descriptors of a process: Linux alone";

test("SqliteStore whose disk fails: nothing is promised any more until it is opened again", {
  skip: noDescriptors,
}, async () => {
  await using place = await newSqlitePlace();
  await using child = startChild("lose", place.folder);
  await child.ended();
  assert.equal(child.lines.length, 4, child.lines.join("\n"));
  for (const line of child.lines) {
    assert.match(line, /^store_unavailable Cannot use store: its disk failed: EBADF/);
  }
  await using store = await place.open();
  await accepted(store, handOff(2));
});
