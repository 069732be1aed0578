import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { DiskSync } from "#runner/store/disk-sync.ts";
import { GroupCommit } from "#runner/store/group-commit.ts";
import { tempFolder } from "../temp-folder.ts";

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
  const resources = undo.move();
  return {
    group: new GroupCommit(database, new DiskSync(sync)),
    database,
    /** Adds numbers in one transaction. */
    insert: (...numbers: readonly number[]) => {
      for (const number of numbers) insert.run(number);
      return numbers.length;
    },
    committed: () =>
      reader
        .prepare("SELECT n FROM number ORDER BY rowid")
        .all()
        .map(({ n }) => n),
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

test("GroupCommit.flush: commits at once what waits", async () => {
  await using scene = await setScene();
  const added = scene.group.add(() => scene.insert(1));
  scene.group.flush();
  assert.deepEqual(scene.committed(), [1]);
  assert.equal(await added, 1);
});

test("GroupCommit: nobody hears before it is on disk, and what comes meanwhile is committed", async () => {
  const disk = Promise.withResolvers<void>();
  await using scene = await setScene(() => disk.promise);
  const heard: number[] = [];
  const hear = async (number: number) => {
    await scene.group.add(() => scene.insert(number));
    heard.push(number);
  };
  const first = hear(1);
  scene.group.flush();
  const second = hear(2);
  scene.group.flush();
  assert.deepEqual(scene.committed(), [1, 2]);
  await new Promise(setImmediate);
  assert.deepEqual(heard, []);
  disk.resolve();
  await Promise.all([first, second]);
  assert.deepEqual(heard, [1, 2]);
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
