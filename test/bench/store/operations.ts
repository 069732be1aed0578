import { newPostgresPlace } from "../../postgres/place.ts";
import type { PostgresServer } from "../../postgres/server.ts";
import { handOff } from "../../store/hand-off.ts";
import { newSqlitePlace, type Place } from "../../store/place.ts";
import type { Recorder } from "../rows.ts";
import { type BareDatabase, bare } from "./bare.ts";
import { openPostgres, openSqlite } from "./bare-drivers.ts";
import { type Contender, ours } from "./contender.ts";

/** How often, and where it is written down. */
export interface StoreOptions {
  readonly repeats: number;
  /** How many tasks have ended where there is a history. */
  readonly ended: number;
  readonly record: Recorder;
  /** Aborting it ends this soon. */
  readonly signal: AbortSignal;
}

/** Pull requests that all tasks are about, one after the other. */
export const pullRequests = 50;

/** Tasks of each contender in one repeat, and before. */
const amount = 50;
const unmeasured = 20;

/** Takes tasks through the store on both drivers, and through its tables by hand. */
export async function measureOperations(
  server: PostgresServer,
  { repeats, record, signal }: StoreOptions,
): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const lite = resources.use(await newSqlitePlace());
  const bareLite = resources.use(await newSqlitePlace());
  const shared = resources.use(await newPostgresPlace(server));
  const bareShared = resources.use(await newPostgresPlace(server));
  const openBare = async (place: Place, open: () => Promise<BareDatabase> | BareDatabase) => {
    // Makes the tables.
    await (await place.open())[Symbol.asyncDispose]();
    return bare(resources.use(await open()));
  };
  const contenders = [
    ["sqlite_bare", await openBare(bareLite, () => openSqlite(bareLite.folder))],
    ["sqlite", ours(resources.use(await lite.open()))],
    ["postgres_bare", await openBare(bareShared, () => openPostgres(bareShared.database))],
    ["postgres", ours(resources.use(await shared.open()))],
  ] as const;
  for (let task = -unmeasured; task < repeats * amount; task += 1) {
    signal.throwIfAborted();
    const number = 1 + (Math.max(0, task) % pullRequests);
    for (const [name, contender] of task % 2 === 0 ? contenders : contenders.toReversed()) {
      const times = await timeTask(contender, number);
      if (task < 0) continue;
      record(`${name}_enqueue`, times.enqueue);
      record(`${name}_claim_finish`, times.claimFinish);
      record(`${name}_append`, times.append);
    }
  }
}

/** Takes one task from its hand-off to its end; in microseconds. */
async function timeTask(contender: Contender, number: number) {
  const work = handOff(number);
  const began = performance.now();
  await contender.enqueue(work);
  const queued = performance.now();
  const running = await contender.claim();
  const started = performance.now();
  await running.append();
  const appended = performance.now();
  await running.finish();
  const ended = performance.now();
  const micro = (milliseconds: number) => milliseconds * 1000;
  return {
    enqueue: micro(queued - began),
    claimFinish: micro(started - queued + (ended - appended)),
    append: micro(appended - started),
  };
}
