import type { Machine } from "./machine.ts";
import { type RowKey, rows } from "./rows.ts";
import { type Summary, summarize } from "./statistics.ts";

/** One row as `--json` prints it; milliseconds. */
export interface ReportRow extends Summary {
  readonly key: RowKey;
  readonly name: string;
  /** The row that `ratio` divides this one's median by; null for the first. */
  readonly against: RowKey | null;
  readonly ratio: number | null;
}

/** What a run found. */
export interface Report {
  readonly machine: Machine;
  readonly rounds: number;
  readonly rows: readonly ReportRow[];
}

/** What a run measured. */
export interface Measured extends Pick<Report, "machine" | "rounds"> {
  readonly samples: ReadonlyMap<RowKey, readonly number[]>;
}

/** Summarizes a run. @throws RangeError when a row has no sample. */
export function reportOf({ machine, rounds, samples }: Measured): Report {
  const summaryOf = (key: RowKey) => summarize(samples.get(key) ?? []);
  return {
    machine,
    rounds,
    rows: rows.map((row) => {
      const { key, name } = row;
      const summary = summaryOf(key);
      const against = "against" in row ? row.against : null;
      const ratio = against === null ? null : summary.median / summaryOf(against).median;
      return { key, name: name.trim(), against, ratio, ...summary };
    }),
  };
}

/** How far a warm turn of ours may be over a raw one at the median, in milliseconds. */
const goal = 5;

/** A report as a person reads it. */
export function table({ machine, rounds, rows: reported }: Report): string {
  const { cpu, cores, memory_gb, node, cli, git } = machine;
  const difference = reported.find(({ key }) => key === "ours_warm_turn_over_raw")?.median ?? 0;
  return [
    `${cores} cores (${cpu}), ${memory_gb} GB, Node ${node}, CLI ${cli}, git ${git}`,
    `${rounds} rounds, milliseconds`,
    "",
    line("", ["n", "min", "p50", "p99", "max"], "p50 against"),
    ...reported.map(tableRow),
    "",
    `Goal: a warm turn at most ${goal} ms over raw at p50: ${difference.toFixed(1)} ms, ${difference <= goal ? "met" : "missed"}`,
  ].join("\n");
}

function tableRow({ key, against, ratio, count, min, median, p99, max }: ReportRow): string {
  const figures = [min, median, p99, max].map((milliseconds) => milliseconds.toFixed(1));
  const comparison = ratio === null ? "" : `${ratio.toFixed(2)} x ${against}`;
  return line(shownName(key), [String(count), ...figures], comparison);
}

/** With the indentation that shows whose part it is. */
function shownName(wanted: RowKey): string {
  return rows.find(({ key }) => key === wanted)?.name ?? wanted;
}

function line(name: string, figures: readonly string[], comparison: string): string {
  const cells = figures.map((figure) => figure.padStart(8)).join("");
  return `${name.padEnd(34)}${cells}   ${comparison}`.trimEnd();
}
