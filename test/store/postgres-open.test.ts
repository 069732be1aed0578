import assert from "node:assert/strict";
import { Socket } from "node:net";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { Client } from "pg";
import { RunnerConfig } from "#runner/config.ts";
import { openStore } from "#runner/store/open-store.ts";
import { PostgresStore } from "#runner/store/postgres-store.ts";
import { readConfig } from "#shared/config.ts";
import { CicdError } from "#shared/error.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import { noSpending } from "#shared/task.ts";
import { newPostgresPlace } from "../postgres/place.ts";
import { type PostgresServer, run, startPostgres } from "../postgres/server.ts";
import { tempFolder } from "../temp-folder.ts";
import { until } from "../until.ts";
import { accepted, claimed, done, retryIn, story } from "./drive.ts";
import { handOff } from "./hand-off.ts";

suite("PostgresStore that opens", () => {
  let running: PostgresServer | undefined;
  before(async () => {
    running = await startPostgres();
  });
  after(() => running?.[Symbol.asyncDispose]());
  const newPlace = () => newPostgresPlace(running ?? assert.fail("the server has not started"));

  test("an empty database by many hosts at once: all are there", async () => {
    await using place = await newPlace();
    await using undo = new AsyncDisposableStack();
    const names = ["a", "b", "c", "d"];
    const opened = await Promise.allSettled(names.map((name) => place.open(name)));
    // Each is closed, also when another has not opened.
    for (const result of opened) if (result.status === "fulfilled") undo.use(result.value);
    for (const result of opened) if (result.status === "rejected") throw result.reason;
    await using store = await place.open("e");
    const hosts = (await store.hosts()).filter(({ id }) => id !== store.hostId);
    assert.deepEqual(hosts?.map(({ name }) => name).toSorted(), names);
    assert.equal(new Set(hosts?.map(({ id }) => id)).size, 4);
  });

  test("a host's folder again: it has the same id, and nobody else may have it", async () => {
    await using place = await newPlace();
    const ids: string[] = [];
    for (const _run of [1, 2]) {
      await using store = await place.open();
      ids.push(store.hostId);
      await assert.rejects(place.open(), { code: "config_invalid", message: /is in use/ });
    }
    assert.equal(ids[0], ids[1]);
  });

  test("a database that a newer program wrote: refused, unchanged", async () => {
    await using place = await newPlace();
    let id = "";
    {
      await using store = await place.open();
      id = await accepted(store);
    }
    await place.alter("INSERT INTO migration VALUES (99)");
    const { message, hint } = await refusal(place.database);
    assert.match(message, /^Cannot open store: it has version 99, this program knows \d+$/);
    assert.match(hint ?? "", /newer release/);
    await place.alter("DELETE FROM migration WHERE version = 99");
    await using store = await place.open();
    assert.equal((await story(store, id)).state, "queued");
  });

  test("a wrong password, or a database that is not there: refused without showing the URL", async () => {
    await using place = await newPlace();
    for (const [part, value] of [
      ["password", "hunter2"],
      ["pathname", "/nowhere"],
    ] as const) {
      const url = new URL(place.database);
      const { password } = url;
      url[part] = value;
      const { message, hint } = await refusal(url.href);
      assert.match(hint ?? "", /runner\.store/);
      for (const secret of ["hunter2", password]) assert.ok(!message.includes(secret), message);
    }
  });

  test("a database that can't hold every text: refused, and not each delivery that has such a one", async () => {
    await using place = await newPlace();
    const url = new URL(place.database);
    await run(url.href, "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    url.pathname = "/latin";
    const { message, hint } = await refusal(url.href);
    assert.equal(message, "Cannot open store: its database has the encoding LATIN1");
    assert.match(hint ?? "", /UTF8/);
  });

  test("tables of others in the database: left alone", async () => {
    await using place = await newPlace();
    await place.alter("CREATE TABLE public.task AS SELECT 'kept' AS mine");
    await using store = await place.open();
    const id = await accepted(store);
    assert.equal((await story(store, id)).state, "queued");
    assert.deepEqual(await place.alter("SELECT mine FROM public.task"), [{ mine: "kept" }]);
  });

  test("a host whose clock is an hour ahead: goes by the database's, and waits by its own", async (t) => {
    await using place = await newPlace();
    await using folder = await tempFolder();
    const began = Date.now();
    const { now } = Date;
    t.mock.method(Date, "now", () => now() + 3_600_000);
    const options = { database: place.database, folder: folder.path, host: "ahead" };
    await using store = await PostgresStore.open(options);
    const id = await accepted(store);
    const accepted_at = Date.parse((await store.task(id))?.created_at ?? "") - began;
    assert.ok(Math.abs(accepted_at) < 60_000, `${accepted_at} ms`);
    const { oldestQueuedAt = 0 } = await store.stats();
    assert.ok(Math.abs(Date.now() - oldestQueuedAt) < 60_000);
    await store.finish(await claimed(store), retryIn(600_000));
    const { nextRunAt = 0 } = await store.stats();
    assert.ok(Math.abs(nextRunAt - Date.now() - 600_000) < 60_000);
    // Half an hour ago by its own clock is half an hour ahead by the database's.
    const recently = Date.now() - 1_800_000;
    await store.setWorkspace(sessionIdOf(handOff().event), "folder");
    const spending = { ...noSpending, model_requests: 1 };
    await store.addUsage(id, sessionIdOf(handOff().event), spending);
    assert.deepEqual(await store.spentSince(recently), spending);
    await store.cancel(id, "asked");
    assert.deepEqual(await store.sessionsIdleSince(recently), []);
    const review = { key: "k", taskId: id, content: "{}" };
    await store.keepReview(review, { ttl: 3_600_000, maxBytes: 100 });
    const pruned = await store.prune({ before: recently, reviewsBefore: recently });
    assert.deepEqual(pruned, { tasks: 0, journals: 0 });
    assert.notEqual(await store.findReview("k", 3_600_000), undefined);
  });

  test("a host whose clock is set while it runs: takes nothing from others", async (t) => {
    await using place = await newPlace();
    await using folder = await tempFolder();
    const open = (host: string) =>
      PostgresStore.open({ database: place.database, folder: join(folder.path, host), host });
    await using one = await open("one");
    await using other = await open("other");
    await accepted(one);
    const claim = await claimed(one);
    const { now } = Date;
    t.mock.method(Date, "now", () => now() + 3_600_000);
    assert.deepEqual(await other.reap(), []);
    assert.deepEqual(
      (await other.hosts()).map(({ state }) => state),
      ["up", "up"],
    );
    assert.equal(await one.finish(claim, done), true);
  });

  test("tables that take longer than any statement may: are made", async () => {
    await using place = await newPlace();
    await using folder = await tempFolder();
    const url = new URL(place.database);
    url.searchParams.set("statement_timeout", "100");
    await using undo = new AsyncDisposableStack();
    const other = undo.adopt(new Client(place.database), (client) => client.end());
    await other.connect();
    await other.query("BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('cicd_runner', 0))");
    const opening = PostgresStore.open({ database: url.href, folder: folder.path, host: "h" });
    const ended = opening.then(
      () => "opened",
      (error) => String(error),
    );
    const waits = `SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE NOT granted AND clock_timestamp() - query_start > '200 ms' AND datname = current_database()`;
    const outcome = await Promise.race([
      ended,
      until(async () => (await other.query(waits)).rowCount === 1),
    ]);
    assert.equal(outcome, undefined);
    await other.query("COMMIT");
    assert.equal(await ended, "opened");
    await using _store = await opening;
  });

  test("a database whose transactions are isolated otherwise: they wait as anywhere", async () => {
    await using place = await newPlace();
    const name = new URL(place.database).pathname.slice(1);
    const { database } = place;
    await run(database, `ALTER DATABASE ${name} SET default_transaction_isolation = serializable`);
    await using undo = new AsyncDisposableStack();
    undo.defer(
      async () =>
        void (await run(database, `ALTER DATABASE ${name} RESET default_transaction_isolation`)),
    );
    await using store = await place.open();
    const works = Array.from({ length: 40 }, (_, index) => handOff(1 + (index % 8)));
    await Promise.all(works.map((work) => accepted(store, work)));
    assert.equal((await store.stats()).queued, 8);
  });

  test("connections that are cut in silence: the system looks for that by the minute", async (t) => {
    await using place = await newPlace();
    const { mock } = t.mock.method(Socket.prototype, "setKeepAlive");
    await using _store = await place.open();
    const delays = mock.calls.map((call) => call.arguments[1] ?? 0);
    // One that listens has nothing to say by itself, and the system's own delay is two hours.
    assert.ok(
      delays.length >= 2 && delays.every((delay) => delay > 0 && delay <= 60_000),
      `${delays}`,
    );
  });

  test("openStore: a database by its URL, else files in the folder", async () => {
    await using place = await newPlace();
    await using folder = await tempFolder();
    const options = { folder: folder.path, host: "h", limits: { perRepository: 0, perForge: 0 } };
    let id = "";
    {
      await using shared = await openStore({ ...options, database: place.database });
      assert.ok(shared instanceof PostgresStore);
      id = await accepted(shared);
    }
    await using embedded = await openStore({ ...options, database: undefined });
    assert.equal(await embedded.task(id), undefined);
    await accepted(embedded);
  });
});

test("runner.store that is no database's URL: refused without showing it", () => {
  const secrets = { RUNNER_SECRET: "x".repeat(32) };
  assert.throws(
    () => readConfig(RunnerConfig, {}, { ...secrets, CICD_STORE: "mysql://user:hunter2@host/db" }),
    ({ message }: Error) =>
      /runner\.store: must be postgres:.*from CICD_STORE/.test(message) &&
      !message.includes("hunter2"),
  );
});

async function refusal(database: string): Promise<CicdError> {
  await using folder = await tempFolder();
  try {
    await using _store = await PostgresStore.open({ database, folder: folder.path, host: "h" });
  } catch (error) {
    assert.ok(error instanceof CicdError);
    assert.equal(error.code, "config_invalid");
    return error;
  }
  return assert.fail("it was opened");
}
