import assert from "node:assert/strict";
import { chmod, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { suite, test } from "node:test";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import { CicdError } from "#shared/error.ts";
import { startChild } from "./child.ts";
import { accepted, claimed, story } from "./drive.ts";
import { newSqlitePlace } from "./place.ts";

suite("SqliteStore that opens", () => {
  test("a folder that another program has open: refused until that one is killed", async () => {
    await using place = await newSqlitePlace();
    await using child = startChild("hold", place.folder);
    await child.said(1);
    const { message, hint } = refusal(place.folder);
    assert.equal(message, `Cannot open store: ${place.folder} is in use`);
    assert.match(hint ?? "", /runner\.state_dir/);
    await child.kill();
    await using store = await place.open();
    await accepted(store);
  });

  test("a folder that this program has open: refused, and the first opening goes on", async () => {
    await using place = await newSqlitePlace();
    await using store = await place.open();
    assert.match(refusal(place.folder).message, /is in use/);
    assert.match(refusal(place.folder).message, /is in use/);
    // A refused opening must not give the lock of the first one away to other programs.
    await using child = startChild("hold", place.folder);
    await assert.rejects(child.said(1), /is in use/);
    await accepted(store);
  });

  test("a folder that is missing, with its parents: made, for this user alone", async () => {
    await using place = await newSqlitePlace();
    const folder = join(place.folder, "deep", "er");
    await using store = new SqliteStore({ folder, host: "h" });
    await accepted(store);
    assert.equal((await stat(folder)).mode & 0o077, 0);
  });

  test("a folder that is a file: refused", async () => {
    await using place = await newSqlitePlace();
    const folder = join(place.folder, "file");
    await writeFile(folder, "");
    assert.match(refusal(folder).message, /^Cannot open store in .*file: EEXIST/);
  });

  test("a database that is damaged: refused, and what to do is not about rights", async () => {
    await using place = await newSqlitePlace();
    await writeFile(join(place.folder, "cicd-runner.db"), "no database".repeat(20));
    const { message, hint } = refusal(place.folder);
    assert.match(message, /^Cannot open store in .*: file is not a database$/);
    assert.match(hint ?? "", /backup and remove cicd-runner\.db-wal/);
  });

  test("a folder that this user can't write: refused", async () => {
    await using place = await newSqlitePlace();
    await chmod(place.folder, 0o555);
    const { message, hint } = asNobody(() => refusal(place.folder));
    assert.ok(message.startsWith(`Cannot open store in ${place.folder}: `), message);
    assert.match(hint ?? "", /a folder that this user can write/);
    await chmod(place.folder, 0o755);
  });

  test("a database that a newer program wrote: refused, unchanged, and the folder is free", async () => {
    await using place = await newSqlitePlace();
    let id = "";
    {
      await using store = await place.open();
      id = await accepted(store);
    }
    alter(place.folder, "PRAGMA user_version = 99");
    const { message, hint } = refusal(place.folder);
    const [, known] = /^Cannot open store: it has version 99, this program knows (\d+)$/.exec(
      message,
    ) ?? [assert.fail(message)];
    assert.match(hint ?? "", /newer release/);
    alter(place.folder, `PRAGMA user_version = ${known}`);
    await using store = await place.open();
    assert.equal((await story(store, id)).state, "queued");
  });

  test("a database of the first version: brought up to this one, and nothing is lost", async () => {
    await using place = await newSqlitePlace();
    let id = "";
    {
      await using store = await place.open();
      id = await accepted(store);
    }
    alter(
      place.folder,
      `DROP TABLE usage; DROP TABLE host; DROP TABLE repository; DROP TABLE review;
       DROP TABLE skipped;
       DROP INDEX session_holder; DROP INDEX task_ended; DROP INDEX task_replay; DROP INDEX task_page_owed;
       DROP INDEX event_step;
       ${dropColumns("session", ["workspace", "holder", "holder_until", "repository_id", "transcript"])}
       ${dropColumns("session", ["decider", "decided_at"])}
       ${dropColumns("task", ["message", "priority", "host", "lease_until", "replay_of"])}
       ${dropColumns("task", ["error_code", "journal_bytes", "page_owed", "page_at"])}
       ${dropColumns("task", ["traceparent"])}
       PRAGMA user_version = 1`,
    );
    for (const _run of [1, 2]) {
      await using store = await place.open();
      assert.equal((await story(store, id)).state, "queued");
      assert.equal((await store.spentByTask(id)).model_requests, 0);
      const { session_id = "" } = (await store.task(id)) ?? {};
      assert.deepEqual(await store.workspaces(), [session_id]);
    }
    await using store = await place.open();
    assert.equal((await claimed(store)).task.id, id);
  });

  test("a database that is damaged: refused, and the folder is free", async () => {
    await using place = await newSqlitePlace();
    await writeFile(join(place.folder, "cicd-runner.db"), "x".repeat(8192));
    assert.match(refusal(place.folder).message, /not a database/);
    assert.match(refusal(place.folder).message, /not a database/);
  });

  test("a database that lacks a table: store_unavailable, and the folder is free", async () => {
    await using place = await newSqlitePlace();
    await (await place.open())[Symbol.asyncDispose]();
    alter(place.folder, "ALTER TABLE task RENAME TO gone");
    await assert.rejects(place.open(), { code: "store_unavailable" });
    alter(place.folder, "ALTER TABLE gone RENAME TO task");
    await using store = await place.open();
    await accepted(store);
  });
});

function refusal(folder: string): CicdError {
  try {
    new SqliteStore({ folder, host: "h" });
  } catch (error) {
    assert.ok(error instanceof CicdError);
    assert.equal(error.code, "config_invalid");
    return error;
  }
  return assert.fail("it was opened");
}

/** Root can write everywhere: there, `work` runs as the user nobody. It must not wait. */
function asNobody<T>(work: () => T): T {
  const { geteuid, seteuid } = process;
  if (geteuid?.() !== 0) return work();
  seteuid?.(65534);
  try {
    return work();
  } finally {
    seteuid?.(0);
  }
}

function alter(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, "cicd-runner.db"));
  database.exec(sql);
  database.close();
}

function dropColumns(table: string, columns: readonly string[]): string {
  return columns.map((column) => `ALTER TABLE ${table} DROP COLUMN ${column};`).join("\n");
}
