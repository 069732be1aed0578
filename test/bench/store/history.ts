import { newPostgresPlace } from "../../postgres/place.ts";
import type { PostgresServer } from "../../postgres/server.ts";
import { fillTasks } from "../../store/fill.ts";
import { handOff } from "../../store/hand-off.ts";
import { type NewPlace, newSqlitePlace } from "../../store/place.ts";
import { type Contender, ours } from "./contender.ts";
import { pullRequests, type StoreOptions } from "./operations.ts";

/** Tasks of each contender in one repeat. */
const amount = 50;

/** Enqueues and claims where many tasks have ended, and where hardly any have. */
export async function measureHistory(server: PostgresServer, options: StoreOptions): Promise<void> {
  await measurePair("sqlite", newSqlitePlace, options);
  await measurePair("postgres", () => newPostgresPlace(server), options);
}

async function measurePair(
  driver: "sqlite" | "postgres",
  newPlace: NewPlace,
  { repeats, ended, record, signal }: StoreOptions,
): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const open = async (count: number) => {
    const place = resources.use(await newPlace());
    const contender = ours(resources.use(await place.open()));
    for (let number = 1; number <= pullRequests; number += 1) await takeOne(contender, number);
    if (count > 0) await fillTasks(place, count);
    // What each does by itself after a while.
    await place.alter(driver === "sqlite" ? "PRAGMA wal_checkpoint(TRUNCATE)" : "ANALYZE");
    return contender;
  };
  const contenders = [
    [`${driver}_few`, await open(0)],
    [`${driver}_ended`, await open(ended)],
  ] as const;
  for (let task = 0; task < repeats * amount; task += 1) {
    for (const [name, contender] of task % 2 === 0 ? contenders : contenders.toReversed()) {
      signal.throwIfAborted();
      const times = await takeOne(contender, 1 + (task % pullRequests));
      record(`${name}_enqueue`, times.enqueue);
      record(`${name}_claim`, times.claim);
    }
  }
}

/** Takes a task through a store; in microseconds. */
async function takeOne(contender: Contender, number: number) {
  const work = handOff(number);
  const began = performance.now();
  await contender.enqueue(work);
  const queued = performance.now();
  const running = await contender.claim();
  const claimed = performance.now();
  await running.finish();
  return { enqueue: (queued - began) * 1000, claim: (claimed - queued) * 1000 };
}
