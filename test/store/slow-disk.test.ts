import assert from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { execa } from "execa";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import { turnsOf } from "../turns.ts";
import { handOff } from "./hand-off.ts";
import { newSqlitePlace } from "./place.ts";

suite("SqliteStore whose disk is slow", () => {
  test("nobody is told of a task before it is there", async () => {
    await using place = await newSqlitePlace();
    await using store = await place.open();
    await using disk = await holdDisk(place.folder);
    const work = handOff(1);
    const told: string[] = [];
    const tell = async (what: string, call: Promise<unknown>) => {
      await call;
      told.push(what);
    };
    const calls = [tell("enqueue", store.enqueue(work, { limit: 10 }))];
    await turnsOf(5);
    calls.push(
      tell("task", store.task(work.task_id)),
      tell("journal", store.journal(work.task_id, 0, 10)),
      tell("claim", store.claim()),
    );
    await turnsOf(5);
    assert.deepEqual(told, []);
    disk.release();
    await Promise.all(calls);
    assert.equal((await store.task(work.task_id))?.state, "running");
  });

  test("its folder stays locked until what is on its way is there", async () => {
    await using place = await newSqlitePlace();
    const store = await place.open();
    await using disk = await holdDisk(place.folder);
    const work = handOff(1);
    const enqueued = store.enqueue(work, { limit: 10 });
    await turnsOf(5);
    let disposals = 0;
    const dispose = async () => {
      await store[Symbol.asyncDispose]();
      disposals += 1;
    };
    const disposed = [dispose(), dispose()];
    await turnsOf(5);
    assert.equal(disposals, 0);
    const folder = place.folder;
    assert.throws(() => new SqliteStore({ folder, host: "other" }), { code: "config_invalid" });
    disk.release();
    await Promise.all(disposed);
    assert.equal((await enqueued).outcome, "accepted");
    await using again = await place.open();
    assert.equal((await again.task(work.task_id))?.state, "queued");
  });
});

/** Keeps all threads busy that bring files to the disk, by pipes that nobody writes to. */
async function holdDisk(folder: string) {
  const threads = Number(process.env.UV_THREADPOOL_SIZE ?? 4);
  const pipes = Array.from({ length: threads }, (_, index) => join(folder, `pipe-${index}`));
  await execa("mkfifo", pipes);
  const opened = pipes.map((pipe) => open(pipe, "r"));
  let writers: number[] = [];
  const release = () => {
    if (writers.length === 0) writers = pipes.map((pipe) => openSync(pipe, "w"));
  };
  return {
    release,
    [Symbol.asyncDispose]: async () => {
      release();
      for (const file of await Promise.all(opened)) await file.close();
      for (const writer of writers) closeSync(writer);
    },
  };
}
