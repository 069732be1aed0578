import { newPostgresPlace } from "../../postgres/place.ts";
import type { PostgresServer } from "../../postgres/server.ts";
import { fillTasks } from "../../store/fill.ts";
import { handOff } from "../../store/hand-off.ts";
import { newSqlitePlace } from "../../store/place.ts";
import { type Contender, ours } from "./contender.ts";
import { pullRequests, type StoreOptions } from "./operations.ts";

/** Claims of each contender in one repeat. */
const amount = 50;

/** Claims where many tasks have ended, and where hardly any have. */
export async function measureHistory(
  server: PostgresServer,
  { repeats, ended, record, signal }: StoreOptions,
): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const newPlaces = { sqlite: newSqlitePlace, postgres: () => newPostgresPlace(server) };
  const open = async (driver: keyof typeof newPlaces, count: number) => {
    const place = resources.use(await newPlaces[driver]());
    const contender = ours(resources.use(await place.open()));
    for (let number = 1; number <= pullRequests; number += 1) await takeOne(contender, number);
    if (count > 0) await fillTasks(place, count);
    // As its autovacuum does after a while.
    if (driver === "postgres") await place.alter("ANALYZE");
    return contender;
  };
  const contenders = [
    ["sqlite_claim", await open("sqlite", 0)],
    ["sqlite_claim_ended", await open("sqlite", ended)],
    ["postgres_claim", await open("postgres", 0)],
    ["postgres_claim_ended", await open("postgres", ended)],
  ] as const;
  for (let task = 0; task < repeats * amount; task += 1) {
    for (const [key, contender] of task % 2 === 0 ? contenders : contenders.toReversed()) {
      signal.throwIfAborted();
      record(key, await takeOne(contender, 1 + (task % pullRequests)));
    }
  }
}

/** Takes a task through a store; resolves to how long its claim took, in microseconds. */
async function takeOne(contender: Contender, number: number): Promise<number> {
  await contender.enqueue(handOff(number));
  const began = performance.now();
  const running = await contender.claim();
  const claimedMs = performance.now() - began;
  await running.finish();
  return claimedMs * 1000;
}
