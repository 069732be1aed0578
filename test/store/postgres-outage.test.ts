import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { Client } from "pg";
import { PostgresStore } from "#runner/store/postgres-store.ts";
import type { Store } from "#runner/store/store.ts";
import { CicdError } from "#shared/error.ts";
import { newPostgresPlace } from "../postgres/place.ts";
import { type PostgresServer, startPostgres } from "../postgres/server.ts";
import { wayTo } from "../postgres/way.ts";
import { tempFolder } from "../temp-folder.ts";
import { until } from "../until.ts";
import { accepted, claimed, done, said, story } from "./drive.ts";
import { handOff } from "./hand-off.ts";

suite("PostgresStore whose server goes away", () => {
  let running: PostgresServer | undefined;
  before(async () => {
    running = await startPostgres();
  });
  after(() => running?.[Symbol.asyncDispose]());
  const server = () => running ?? assert.fail("the server has not started");

  test("while it is away: store_unavailable with a time to come back, and nothing lost", async () => {
    await using place = await newPostgresPlace(server());
    await using store = await place.open();
    const id = await accepted(store, handOff(1));
    const claim = await claimed(store);
    await store.append(claim, [said("a")]);
    await server().stop();
    const refused = handOff(2);
    for (const attempt of [
      () => store.enqueue(refused, { limit: 9 }),
      () => store.claim(),
      () => store.append(claim, [said("b")]),
      () => store.finish(claim, done),
      () => store.task(id),
      () => store.heartbeat({ running: 1, capacity: 1, sessions: 1, memoryBytes: 1 }),
    ]) {
      await assert.rejects(attempt(), { code: "store_unavailable", retryAfter: 10 });
    }
    await server().start();
    assert.equal(await store.append(claim, [said("b")]), true);
    assert.equal(await store.finish(claim, done), true);
    const types = ["task.queued", "task.started", "message.delta", "message.delta"];
    assert.deepEqual(await story(store, id), {
      state: "succeeded",
      types: [...types, "task.succeeded"],
    });
    assert.equal(await store.task(refused.task_id), undefined);
    assert.equal(await accepted(store, refused), refused.task_id);
  });

  test("and is killed: an entry of a journal that was read is not lost", async () => {
    await using place = await newPostgresPlace(server());
    await using store = await place.open();
    const id = await accepted(store, handOff(1));
    const claim = await claimed(store);
    // A server writes by itself now and then: once it may be lucky.
    for (const text of ["a", "b", "c"]) {
      await store.append(claim, [said(text)]);
      const read = await store.journal(id, 0, 9);
      await server().kill();
      await server().start();
      assert.deepEqual(await store.journal(id, 0, 9), read);
    }
  });

  test("and comes back: what another host does is heard again", async () => {
    await using place = await newPostgresPlace(server());
    await using store = await place.open();
    await using other = await place.open("other");
    await hears(store, other, 1);
    await server().stop();
    await server().start();
    // Until it listens again it hears nothing, and then it looks for itself.
    using watch = store.watchQueue();
    await watch.next();
    const began = performance.now();
    for (const number of [2, 3, 4]) await hears(store, other, number);
    // Who only looked from time to time would take three times as long as that.
    assert.ok(performance.now() - began < 5000);
  });

  test("at the start: store_unavailable, and the host's folder is free", async () => {
    await using place = await newPostgresPlace(server());
    await server().stop();
    await assert.rejects(place.open(), { code: "store_unavailable", retryAfter: 10 });
    await server().start();
    await using store = await place.open();
    await accepted(store);
  });

  test("as soon as it has taken a connection: the program goes on", async () => {
    await using place = await newPostgresPlace(server());
    await using folder = await tempFolder();
    await using way = await wayTo(place.database);
    const options = { database: way.url, folder: folder.path, host: "h" };
    await using store = await PostgresStore.open(options);
    way.isDoomed = true;
    const works = [1, 2, 3].map((number) => handOff(number));
    // One goes over the connection that there is.
    const enqueued = await Promise.allSettled(
      works.map((work) => store.enqueue(work, { limit: 9 })),
    );
    for (const one of enqueued) {
      if (one.status === "fulfilled") continue;
      assert.equal(CicdError.from(one.reason).code, "store_unavailable");
    }
    way.isDoomed = false;
    for (const work of works) await store.enqueue(work, { limit: 9 });
    assert.equal((await store.stats()).queued, 3);
  });

  test("over a connection that is found to be gone when it is used: another is taken", async () => {
    await using place = await newPostgresPlace(server());
    await using folder = await tempFolder();
    await using way = await wayTo(place.database);
    const options = { database: way.url, folder: folder.path, host: "h" };
    await using store = await PostgresStore.open(options);
    way.cut();
    const id = await accepted(store);
    way.cut();
    assert.equal((await store.task(id))?.state, "queued");
  });

  test("over connections that are all found to be gone, one after the other: another is taken", async () => {
    await using place = await newPostgresPlace(server());
    await using folder = await tempFolder();
    await using way = await wayTo(place.database);
    const options = { database: way.url, folder: folder.path, host: "h" };
    await using store = await PostgresStore.open(options);
    const works = Array.from({ length: 20 }, (_, index) => handOff(index + 1));
    await Promise.all(works.map((work) => store.enqueue(work, { limit: 99 })));
    way.cut();
    assert.equal((await store.enqueue(handOff(99), { limit: 99 })).outcome, "accepted");
  });

  test("in silence: who waits in vain is not let wait for a ROLLBACK too, and others go on", async (t) => {
    await using place = await newPostgresPlace(server());
    await using folder = await tempFolder();
    await using way = await wayTo(place.database);
    const database = `${way.url}?query_timeout=300`;
    await using store = await PostgresStore.open({ database, folder: folder.path, host: "h" });
    way.silence();
    const work = handOff();
    const { mock } = t.mock.method(Client.prototype, "query");
    await assert.rejects(store.enqueue(work, { limit: 9 }), { code: "store_unavailable" });
    const asked = mock.calls.map((call) => call.arguments.at(0));
    assert.ok(asked.length > 0 && !asked.some((query) => isDeepStrictEqual(query, "ROLLBACK")));
    assert.equal(await accepted(store, work), work.task_id);
  });

  test("in silence when the store is closed: that ends, without its goodbye", async () => {
    await using place = await newPostgresPlace(server());
    await using folder = await tempFolder();
    await using way = await wayTo(place.database);
    const options = { database: way.url, folder: folder.path, host: "h" };
    const store = await PostgresStore.open(options);
    way.silence();
    await store[Symbol.asyncDispose]();
    await using _again = await PostgresStore.open(options);
  });

  test("connections that end in the midst of transactions: others do their work", async () => {
    await using place = await newPostgresPlace(server());
    await using store = await place.open();
    const works = Array.from({ length: 40 }, (_, index) => handOff(index + 1));
    const enqueued = Promise.allSettled(works.map((work) => store.enqueue(work, { limit: 99 })));
    await until(async () => (await store.stats().catch(() => ({ queued: 0 }))).queued > 0);
    await server().dropConnections(place.database);
    for (const [index, result] of (await enqueued).entries()) {
      if (result.status === "rejected") {
        assert.equal(CicdError.from(result.reason).code, "store_unavailable");
      }
      const again = await store.enqueue(works[index] ?? assert.fail(), { limit: 99 });
      if (result.status === "fulfilled") assert.equal(again.outcome, "duplicate");
    }
    assert.equal((await store.stats()).queued, 40);
  });
});

/** Checks that one host is told of what another does. */
async function hears(store: Store, other: Store, number: number): Promise<void> {
  using watch = store.watchQueue();
  const heard = watch.next();
  await accepted(other, handOff(number));
  await heard;
}
