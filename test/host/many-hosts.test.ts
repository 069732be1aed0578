import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { affinityTime, beatInterval, leaseTime } from "#runner/store/timing.ts";
import { HostList } from "#shared/host.ts";
import { isTerminalType, type JournalEntry } from "#shared/journal.ts";
import { type PostgresServer, startPostgres } from "../postgres/server.ts";
import { until } from "../until.ts";
import { hostsOf, startFleet } from "./fleet-scene.ts";

/** Long enough that what is done in a turn is done in it. */
const slow = { SOAK_TURN: "2000" };

suite("two hosts that share a store", () => {
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server[Symbol.asyncDispose]());

  test("a killed host's task is not left to it: one journal, one end, for its client too", async () => {
    await using scene = await startFleet(server, slow);
    const sent = await scene.deliver(1);
    await sent.reached("turn.started");
    const owner = scene.hostOf(sent.journal);
    const killedAt = Date.now();
    await owner.kill();
    await sent.ended();
    const again = sent.journal.findLast(({ type }) => type === "task.started");
    assert.notEqual(hostsOf(sent.journal).at(-1), owner.name);
    const late = Date.parse(again?.time ?? "") - killedAt;
    assert.ok(late < leaseTime + affinityTime, `It was started again after ${late} ms`);
    assertWhole(sent.journal, "task.succeeded");
  });

  test("a lease and a heartbeat are over within the 5 s after which others are promised to go on", () => {
    assert.ok(leaseTime + beatInterval < 5000);
  });

  test("a host that slept too long says no more in the journal", async () => {
    await using scene = await startFleet(server, slow);
    const sent = await scene.deliver(1);
    await sent.reached("turn.started");
    const owner = scene.hostOf(sent.journal);
    process.kill(owner.program.pid, "SIGSTOP");
    const other = scene.fleet.runners.find((runner) => runner !== owner);
    await until(() => other?.program.events.includes("tasks_reaped") ?? false);
    process.kill(owner.program.pid, "SIGCONT");
    // It finds out by its heartbeat, or when its journal refuses an entry.
    await sent.ended();
    assertWhole(sent.journal, "task.succeeded");
    const second = sent.journal.findLastIndex(({ type }) => type === "task.started");
    // The late host stops its turn, which has not ended there.
    const ends = sent.journal.slice(second).flatMap(({ type }) => endsOfTurns.get(type) ?? []);
    assert.deepEqual(ends, ["completed"]);
  });

  test("a session's next task goes to the host that has its process", async () => {
    await using scene = await startFleet(server);
    const first = await scene.deliver(1);
    await first.ended();
    const second = await scene.deliver(1);
    await second.ended();
    assert.deepEqual(hostsOf(second.journal), hostsOf(first.journal));
    const ready = second.journal.find(({ type }) => type === "session.ready");
    assert(ready?.type === "session.ready");
    assert.equal(ready.data.start, "warm");
  });

  test("a drained host ends its turn, and its sessions and deliveries go to the other", async () => {
    await using scene = await startFleet(server, slow);
    const running = await scene.deliver(1);
    await running.reached("turn.started");
    const owner = scene.hostOf(running.journal);
    assert.equal(await scene.drain(owner), 202);
    // A close waits for the review before it.
    const next = await scene.deliver(2);
    await next.ended();
    await running.ended();
    assert.equal(running.journal.at(-1)?.type, "task.succeeded");
    assert.deepEqual(hostsOf(running.journal), [owner.name]);
    assert.notDeepEqual(hostsOf(next.journal), [owner.name]);
    const later = await scene.deliver(1);
    await later.ended();
    assert.notDeepEqual(hostsOf(later.journal), [owner.name]);
    const { hosts } = HostList.parse(await (await scene.fleet.ask("/v1/hosts")).json());
    assert.equal(hosts.find(({ name }) => name === owner.name)?.state, "draining");
    assert.equal(await owner.stop(), undefined);
    const left = HostList.parse(await (await scene.fleet.ask("/v1/hosts")).json()).hosts;
    assert.deepEqual(
      left.filter(({ name }) => name === owner.name),
      [],
    );
  });
});

/** A client has seen each entry once, and one end. */
function assertWhole(journal: readonly JournalEntry[], end: JournalEntry["type"]): void {
  assert.deepEqual(
    journal.map(({ seq }) => seq),
    journal.map((_, index) => index + 1),
  );
  const ends = journal.filter(({ type }) => isTerminalType(type)).map(({ type }) => type);
  assert.deepEqual(ends, [end]);
}

/** How turns end. */
const endsOfTurns: ReadonlyMap<string, string> = new Map([
  ["turn.completed", "completed"],
  ["turn.stopped", "stopped"],
]);
