import { unlessAborted } from "#shared/unless-aborted.ts";
import { startBrokered } from "./brokered.ts";
import { runCrowd } from "./crowd.ts";
import { measureKnown } from "./known.ts";
import { describeMachine } from "./machine.ts";
import { type Part, parts } from "./parts.ts";
import { runPushes } from "./pushes.ts";
import { type Report, reportOf } from "./report.ts";
import { runRound } from "./round.ts";
import type { Recorder, RowKey } from "./rows.ts";
import { setScene } from "./scene.ts";
import { startSpared } from "./spared.ts";
import { measureStore } from "./store/measure-store.ts";
import { measureWebhooks } from "./webhooks.ts";

/** How much is measured. */
export interface BenchOptions {
  /** Default: all of them. */
  readonly only?: Part | undefined;
  readonly rounds: number;
  /** How often what takes many sessions is measured. */
  readonly repeats: number;
  /** How many sessions are at work at once, up to 10. */
  readonly crowd: number;
  /** How many clients follow one task at once. */
  readonly followers: number;
  /** How many tasks have ended in the store that claims are measured in. */
  readonly ended: number;
  /** Aborting it ends and removes everything; {@link bench} throws its reason. */
  readonly signal: AbortSignal;
  /** Called after each round with how many are done. */
  readonly onRound?: (done: number) => void;
}

/** Measures the rows. Processes, servers and files are gone when it settles. */
export async function bench(options: BenchOptions): Promise<Report> {
  const { only, rounds, repeats, crowd, followers, ended, signal } = options;
  const machine = await describeMachine();
  const samples = new Map<RowKey, number[]>();
  const record: Recorder = (key, value) => {
    const row = samples.get(key);
    if (row === undefined) samples.set(key, [value]);
    else row.push(value);
  };
  const takes: Record<Part, () => Promise<void>> = {
    reviews: () => runRounds(options, record),
    crowd: () => runAtOnce(options, record),
    pushes: () => runInARow(options, record),
    known: () => measureKnown({ repeats, record, signal }),
    webhooks: () => measureWebhooks({ repeats, followers, record, signal }),
    store: () => measureStore({ repeats, ended, record, signal }),
  };
  for (const part of only === undefined ? parts : [only]) await takes[part]();
  return reportOf({ machine, rounds, repeats, crowd, followers, ended, samples });
}

async function runRounds(
  { rounds, signal, onRound }: BenchOptions,
  record: Recorder,
): Promise<void> {
  await using scene = await setScene(signal);
  await using brokered = await startBrokered(scene);
  await using spared = await startSpared(scene);
  const context = { scene, brokered: brokered.setting, spared, record };
  for (let index = 0; index < rounds; index += 1) {
    // What a round still waits for when it is given up ends with the scene.
    await unlessAborted(runRound(index, context), signal);
    onRound?.(index + 1);
  }
}

async function runAtOnce(options: BenchOptions, record: Recorder): Promise<void> {
  const { repeats, crowd, signal } = options;
  await using scene = await setScene(signal);
  await unlessAborted(runCrowd({ scene, crowd, repeats, record }), signal);
}

async function runInARow({ repeats, signal }: BenchOptions, record: Recorder): Promise<void> {
  await using scene = await setScene(signal);
  await unlessAborted(runPushes({ scene, repeats, record }), signal);
}
