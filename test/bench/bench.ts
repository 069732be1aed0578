import { unlessAborted } from "../messages-api/abort.ts";
import { describeMachine } from "./machine.ts";
import { type Report, reportOf } from "./report.ts";
import { runRound } from "./round.ts";
import type { RowKey } from "./rows.ts";
import { setScene } from "./scene.ts";

/** How much is measured. */
export interface BenchOptions {
  readonly rounds: number;
  /** Aborting it ends and removes everything; {@link bench} throws its reason. */
  readonly signal: AbortSignal;
  /** Called after each round with how many are done. */
  readonly onRound?: (done: number) => void;
}

/** Measures all rows. Processes, servers and files are gone when it settles. */
export async function bench({ rounds, signal, onRound }: BenchOptions): Promise<Report> {
  await using scene = await setScene(signal);
  const samples = new Map<RowKey, number[]>();
  const record = (key: RowKey, milliseconds: number) => {
    const row = samples.get(key);
    if (row === undefined) samples.set(key, [milliseconds]);
    else row.push(milliseconds);
  };
  for (let index = 0; index < rounds; index += 1) {
    // What a round still waits for when it is given up ends with the scene.
    await unlessAborted(runRound(index, { ...scene, record }), signal);
    onRound?.(index + 1);
  }
  return reportOf({ machine: await describeMachine(), rounds, samples });
}
