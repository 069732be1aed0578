import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { GroupCommit } from "#runner/store/group-commit.ts";
import { tempFolder } from "../temp-folder.ts";
import { turnsOf } from "../turns.ts";

/** A database of numbers that are positive, and a reader that sees what is committed. */
async function setScene(sync = async () => {}) {
  await using undo = new AsyncDisposableStack();
  const path = join(undo.use(await tempFolder()).path, "numbers.db");
  const database = new DatabaseSync(path);
  undo.defer(() => database.close());
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE number(n INTEGER CHECK (n > 0)) STRICT");
  const reader = new DatabaseSync(path);
  undo.defer(() => reader.close());
  const insert = database.prepare("INSERT INTO number VALUES (?)");
  const committed = () =>
    reader
      .prepare("SELECT n FROM number ORDER BY rowid")
      .all()
      .map(({ n }) => n);
  const synced: unknown[] = [];
  const resources = undo.move();
  return {
    group: new GroupCommit(database, () => {
      synced.push(committed());
      return sync();
    }),
    /** What was committed each time that it was to be brought to the disk. */
    synced,
    database,
    /** Adds numbers in one transaction. */
    insert: (...numbers: readonly number[]) => {
      for (const number of numbers) insert.run(number);
      return numbers.length;
    },
    committed,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

test("GroupCommit: what comes at once is committed together, in its order, before anyone hears", async () => {
  await using scene = await setScene();
  const seen: unknown[] = [];
  const adding = [1, 2, 3].map(async (number) => {
    await scene.group.add(() => scene.insert(number));
    seen.push(scene.committed());
  });
  assert.deepEqual(scene.committed(), []);
  await Promise.all(adding);
  assert.deepEqual(seen, [
    [1, 2, 3],
    [1, 2, 3],
    [1, 2, 3],
  ]);
});

test("GroupCommit: one that fails changes nothing, and the others are done", async () => {
  await using scene = await setScene();
  const results = await Promise.allSettled([
    scene.group.add(() => scene.insert(1)),
    scene.group.add(() => scene.insert(2, -1)),
    scene.group.add(() => scene.insert(3)),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.deepEqual(scene.committed(), [1, 3]);
});

test("GroupCommit: a commit that fails changes nothing, and all hear of it", async () => {
  await using scene = await setScene();
  scene.database.exec(
    `PRAGMA foreign_keys = ON;
     CREATE TABLE parent(id INTEGER PRIMARY KEY);
     CREATE TABLE child(parent INTEGER REFERENCES parent(id) DEFERRABLE INITIALLY DEFERRED)`,
  );
  const results = await Promise.allSettled([
    scene.group.add(() => scene.insert(1)),
    scene.group.add(() => scene.database.exec("INSERT INTO child VALUES (7)")),
  ]);
  for (const result of results) {
    assert(result.status === "rejected");
    assert.match(String(result.reason), /FOREIGN KEY/);
  }
  assert.deepEqual(scene.committed(), []);
  await scene.group.add(() => scene.insert(2));
  assert.deepEqual(scene.committed(), [2]);
});

test("GroupCommit.flush: commits at once what waits, and is done when that is on disk", async () => {
  await using scene = await setScene();
  const heard: unknown[] = [];
  const added = scene.group.add(() => scene.insert(1)).then((count) => heard.push(count));
  const flushed = scene.group.flush();
  assert.deepEqual(scene.committed(), [1]);
  await flushed;
  assert.deepEqual(heard, [1]);
  await added;
});

test("GroupCommit: nobody hears before it is on disk; what comes meanwhile is one more group", async () => {
  let disk = Promise.withResolvers<void>();
  await using scene = await setScene(() => disk.promise);
  const heard: unknown[] = [];
  const hear = async (number: number) => {
    await scene.group.add(() => scene.insert(number));
    heard.push(number);
  };
  const settle = async () => {
    await scene.group.settled();
    heard.push("settled");
  };
  const first = hear(1);
  await turnsOf(3);
  const settled = settle();
  const others: Promise<void>[] = [];
  for (const number of [2, 3]) {
    others.push(hear(number));
    await turnsOf(3);
  }
  assert.deepEqual([scene.synced, heard], [[[1]], []]);

  const former = disk;
  disk = Promise.withResolvers();
  former.resolve();
  await Promise.all([first, settled]);
  await turnsOf(3);
  assert.deepEqual(scene.synced, [[1], [1, 2, 3]]);
  assert.deepEqual(heard.toSorted(), [1, "settled"]);

  disk.resolve();
  await Promise.all(others);
  assert.deepEqual(heard.slice(2), [2, 3]);
});

test("GroupCommit.flush beside a group that the disk fails: neither hears that it is there", async () => {
  const disk = Promise.withResolvers<void>();
  await using scene = await setScene(() => disk.promise);
  const first = scene.group.add(() => scene.insert(1));
  await turnsOf(3);
  const second = scene.group.add(() => scene.insert(2));
  const flushed = scene.group.flush();
  disk.reject(new Error("EIO"));
  await flushed;
  for (const added of [first, second]) await assert.rejects(added, /EIO/);
  assert.deepEqual(scene.synced, [[1]]);
});

test("GroupCommit: when the disk fails, all hear of it, and nothing more is written", async () => {
  await using scene = await setScene(async () => {
    throw new Error("EIO: i/o error, fdatasync");
  });
  await assert.rejects(
    scene.group.add(() => scene.insert(1)),
    /EIO/,
  );
  await assert.rejects(
    scene.group.add(() => scene.insert(2)),
    /EIO/,
  );
  assert.deepEqual(scene.committed(), [1]);
});
