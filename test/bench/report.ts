import { type Goal, goalsOf } from "./goals.ts";
import type { Machine } from "./machine.ts";
import { type RowKey, rows, type Unit } from "./rows.ts";
import { type Summary, summarize } from "./statistics.ts";

/** One row as `--json` prints it, all but the ratio in its unit. */
export interface ReportRow extends Summary {
  readonly key: RowKey;
  readonly name: string;
  readonly unit: Unit;
  /** The row that `ratio` divides this one's median by; null for the first, or without that row. */
  readonly against: RowKey | null;
  readonly ratio: number | null;
}

/** What a run found. */
export interface Report {
  readonly machine: Machine;
  readonly rounds: number;
  readonly repeats: number;
  readonly crowd: number;
  readonly followers: number;
  readonly ended: number;
  readonly rows: readonly ReportRow[];
  readonly goals: readonly Goal[];
}

/** What a run measured. */
export interface Measured
  extends Pick<Report, "machine" | "rounds" | "repeats" | "crowd" | "followers" | "ended"> {
  readonly samples: ReadonlyMap<RowKey, readonly number[]>;
}

/** Summarizes a run; what could not be measured on this system is left out. */
export function reportOf({ samples, ...run }: Measured): Report {
  const reported = rows.flatMap((row): ReportRow[] => {
    const { key, name } = row;
    const taken = samples.get(key);
    if (taken === undefined) return [];
    const unit = "unit" in row ? row.unit : "ms";
    const summary = summarize(taken);
    const against = "against" in row ? row.against : null;
    const beside = against === null ? undefined : samples.get(against);
    const ratio = beside === undefined ? null : summary.median / summarize(beside).median;
    return [{ key, name: name.trim(), unit, against, ratio, ...summary }];
  });
  return { ...run, rows: reported, goals: goalsOf(reported) };
}

/** A report as a person reads it. */
export function table({ rows: reported, goals, ...run }: Report): string {
  const { machine, rounds, repeats, crowd, followers, ended } = run;
  const { cpu, cores, memory_gb, load, node, cli, git } = machine;
  return [
    `${cores} cores (${cpu}), ${memory_gb} GB, load ${load.toFixed(1)}, Node ${node}, CLI ${cli}, git ${git}`,
    `${rounds} rounds; ${repeats} repeats with ${crowd} sessions and ${followers} clients at once, ${ended} ended tasks; milliseconds unless it says otherwise`,
    "",
    line("", ["n", "min", "p50", "p99", "max"], "p50 against"),
    ...reported.map(tableRow),
    "",
    "Goals, at p50",
    ...goals.map(goalLine),
  ].join("\n");
}

function tableRow({ key, unit, against, ratio, count, min, median, p99, max }: ReportRow): string {
  const figures = [min, median, p99, max].map((figure) =>
    figure.toFixed(unit === "µs" || unit === "tokens" ? 0 : 1),
  );
  const comparison = ratio === null ? "" : `${ratio.toFixed(2)} x ${against}`;
  const name = unit === "ms" ? shownName(key) : `${shownName(key)}, ${unit}`;
  return line(name, [String(count), ...figures], comparison);
}

/** With the indentation that shows whose part it is. */
function shownName(wanted: RowKey): string {
  return rows.find(({ key }) => key === wanted)?.name ?? wanted;
}

function line(name: string, figures: readonly string[], comparison: string): string {
  const cells = figures.map((figure) => figure.padStart(8)).join("");
  return `${name.padEnd(38)}${cells}   ${comparison}`.trimEnd();
}

function goalLine({ name, limit, unit, value, met }: Goal): string {
  return `  ${name}: ${value.toFixed(1)} ${unit} of at most ${limit}, ${met ? "met" : "missed"}`;
}
