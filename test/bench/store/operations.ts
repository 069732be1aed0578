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
  options: StoreOptions,
): Promise<void> {
  {
    await using places = await pairOf(newSqlitePlace, async ({ folder }) => openSqlite(folder));
    await measurePair("sqlite", places, options);
  }
  await using places = await pairOf(
    () => newPostgresPlace(server),
    async ({ database }) => openPostgres(database),
  );
  await measurePair("postgres", places, options);
}

interface Pair extends AsyncDisposable {
  readonly store: Contender;
  readonly bare: Contender;
}

async function pairOf<P extends Place>(
  newPlace: () => Promise<P>,
  openBare: (place: P) => Promise<BareDatabase>,
): Promise<Pair> {
  await using undo = new AsyncDisposableStack();
  const place = undo.use(await newPlace());
  const barePlace = undo.use(await newPlace());
  // Makes the tables.
  await (await barePlace.open())[Symbol.asyncDispose]();
  const database = undo.use(await openBare(barePlace));
  const store = undo.use(await place.open());
  const resources = undo.move();
  return {
    store: ours(store),
    bare: bare(database),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function measurePair(
  driver: "sqlite" | "postgres",
  pair: Pair,
  { repeats, record, signal }: StoreOptions,
): Promise<void> {
  const contenders = [
    [`${driver}_bare`, pair.bare],
    [driver, pair.store],
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
