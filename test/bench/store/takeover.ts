import { hostsOf, startFleetScene } from "../../host/fleet-scene.ts";
import type { PostgresServer } from "../../postgres/server.ts";
import type { StoreOptions } from "./operations.ts";

/** Kills the host that has a turn under way, and waits until the other one has started its task. */
export async function measureTakeover(
  server: PostgresServer,
  { repeats, record, signal }: StoreOptions,
): Promise<void> {
  await using database = await server.newDatabase();
  await using scene = await startFleetScene({
    hosts: 2,
    database: database.url,
    // Long enough for a kill in its midst.
    settings: { SOAK_TURN: "2000" },
  });
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    signal.throwIfAborted();
    const sent = await scene.deliver(1);
    await sent.reached("turn.started");
    const owner = scene.hostOf(sent.journal);
    const killedAt = Date.now();
    await owner.kill();
    await sent.ended();
    const again = sent.journal.findLast(({ type }) => type === "task.started");
    if (again === undefined || hostsOf(sent.journal).at(-1) === owner.name) {
      throw new Error(`Cannot time a takeover: ${owner.name} was not the one to die`);
    }
    record("postgres_takeover", Date.parse(again.time) - killedAt);
    await owner.start();
  }
}
