import { type FleetScene, startFleetScene } from "../../host/fleet-scene.ts";
import type { PostgresServer } from "../../postgres/server.ts";
import { readDeeds } from "../../soak/deeds.ts";
import type { StoreOptions } from "./operations.ts";

/** Turns on each store in one repeat. */
const amount = 10;

/** Delivers pushes to a host that has nothing else to do, and a process that waits for them. */
export async function measureTurnStart(
  server: PostgresServer,
  { repeats, record, signal }: StoreOptions,
): Promise<void> {
  const settings = { SOAK_TURN: "0", ASYNC_MIN_IDLE_SESSIONS: "0" };
  await using database = await server.newDatabase();
  await using lite = await startFleetScene({ hosts: 1, settings });
  await using shared = await startFleetScene({ hosts: 1, database: database.url, settings });
  const contenders = [
    ["sqlite_turn_start", lite],
    ["postgres_turn_start", shared],
  ] as const;
  for (const [, scene] of contenders) await (await scene.deliver(1)).ended();
  for (let turn = 0; turn < repeats * amount; turn += 1) {
    for (const [key, scene] of turn % 2 === 0 ? contenders : contenders.toReversed()) {
      signal.throwIfAborted();
      record(key, await timeStart(scene));
    }
  }
}

/**
 * From when a delivery was taken in until the CLI has its prompt, in milliseconds, without the time
 * that git took. The journal's times are whole milliseconds, rounded down.
 */
async function timeStart({ deliver, folder }: FleetScene): Promise<number> {
  const sent = await deliver(1);
  await sent.ended();
  const last = sent.journal.at(-1);
  const takenAt = Date.parse(sent.journal[0]?.time ?? "");
  const result = last?.type === "task.succeeded" ? last.data.result : undefined;
  const told = readDeeds(folder).findLast(({ kind }) => kind === "told");
  if (result?.kind !== "review" || result.timing.start !== "warm" || told?.kind !== "told") {
    throw new Error(`Cannot time the start of a turn: it ended with ${JSON.stringify(last)}`);
  }
  return told.heardAt - takenAt - result.timing.workspace_ms;
}
