import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { PostgresDriver } from "#runner/store/postgres-driver.ts";
import { SqliteDriver } from "#runner/store/sqlite-driver.ts";
import { newPostgresPlace } from "../postgres/place.ts";
import { startPostgres } from "../postgres/server.ts";
import { accepted, claimed, done, idle, retryIn, said } from "./drive.ts";
import { type RecordedStore, recorded } from "./explain.ts";
import { fillTasks, numbersTo } from "./fill.ts";
import { handOff } from "./hand-off.ts";
import { newSqlitePlace, type Place } from "./place.ts";

suite("with 100,000 tasks that have ended, no statement of the daily work reads them all", () => {
  test("on SQLite", async () => {
    await using place = await newSqlitePlace();
    await (await place.open())[Symbol.asyncDispose]();
    await fill(place);
    await using recording = recorded(new SqliteDriver(place.folder), () => place.now);
    for (const statement of await dailyWork(recording)) {
      const plan = await place.alter(`EXPLAIN QUERY PLAN ${statement}`);
      const steps = plan.map(({ detail }) => String(detail));
      // An index of live tasks alone is read from one end to the other.
      const scans = steps.filter((step) => /^SCAN (?!host|r\b|repository|CONSTANT)/.test(step));
      assert.deepEqual(
        scans.filter((step) => !/ USING (?:COVERING )?INDEX task_(?:live|running)/.test(step)),
        [],
        statement,
      );
      // Nor all that a model said, to know how far its task is.
      const isOfSteps = statement.includes("'permission.requested', 'permission.resolved'");
      if (isOfSteps)
        assert(
          steps.some((step) => step.includes("INDEX event_step")),
          steps.join("\n"),
        );
      // Nor all of one session, which may have many.
      const whole = steps.filter((step) => step.includes("task_of_session (session=?)"));
      if (!statement.includes("LIMIT")) assert.deepEqual(whole, [], statement);
    }
  });

  test("on PostgreSQL", async () => {
    await using server = await startPostgres();
    await using place = await newPostgresPlace(server);
    await (await place.open())[Symbol.asyncDispose]();
    await fill(place);
    await place.alter("ANALYZE");
    await using recording = recorded(await PostgresDriver.open(place.database), () => place.now);
    for (const statement of await dailyWork(recording)) {
      const sql = statement.replaceAll(/ INDEXED BY \w+/g, "");
      const plan = await place.alter(`EXPLAIN ${sql}`);
      const steps = plan.map((step) => String(step["QUERY PLAN"]));
      const scans = steps.filter((step) =>
        /Seq Scan on (?:task|event|session|delivery)/.test(step),
      );
      assert.deepEqual(scans, [], sql);
    }
  });
});

/** Tasks of a thousand sessions. */
async function fill(place: Place): Promise<void> {
  await place.alter("INSERT INTO repository(id, served) VALUES ('r', 0)");
  await place.alter(
    `INSERT INTO session(id, forge, host, owner, repository, repository_id, number, holder_until,
         created_at, active_at)
       ${numbersTo(1000)} SELECT 's' || i, 'github', 'github.com', 'acme', 'shop', 'r', i, 0, 0, i FROM n`,
  );
  await fillTasks(place, 100_000);
}

/** What hosts do all day; gives the statements. */
async function dailyWork({ store, taken }: RecordedStore): Promise<string[]> {
  await accepted(store, handOff(1));
  const id = await accepted(store, handOff(1));
  await accepted(store, handOff(2));
  const first = await claimed(store);
  const { session_id } = first.task;
  await store.append(first, [said("a")]);
  await store.ask(session_id, { taskId: handOff().task_id, text: "Why?" }, { limit: 9 });
  await store.heartbeat(idle);
  await store.reap();
  await store.interruption(id);
  await store.openPermissions();
  await store.steps(id);
  await store.journalEnd(id);
  await store.finish(first, retryIn(0));
  await store.finish(await claimed(store), { state: "failed", error: failure });
  await store.replay(id, { limit: 9 });
  await store.cancel(id, "asked");
  await store.finish(await claimed(store), done);
  await store.setWorkspace(session_id, "folder");
  await store.workspaces();
  await store.heldSessions();
  await store.task(id);
  await store.tasks({ sessionId: session_id, limit: 9 });
  await store.tasks({ state: "failed", limit: 9 });
  await store.journal(id, 0, 9);
  await store.taskOfDelivery("github:unknown");
  await store.stats();
  await store.prune({ before: 0 });
  return taken();
}

const failure = { code: "internal", category: "platform", message: "Broke" } as const;
