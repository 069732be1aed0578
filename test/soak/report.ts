import type { Deed } from "./deeds.ts";
import type { Step } from "./plan.ts";
import type { Held } from "./program.ts";
import type { Sent } from "./sent.ts";

/** What came of a run. */
export interface Report {
  /** What is wrong, a line each; empty when all is well. */
  readonly problems: readonly string[];
  /** How many tasks ended how. */
  readonly ends: Readonly<Record<string, number>>;
  /** How many errors ended a task, by code. */
  readonly errors: Readonly<Record<string, number>>;
  /** What the processes did and what was done to them. */
  readonly faults: Readonly<Record<string, number>>;
  /** Turns that a process was told. */
  readonly turns: number;
  readonly processes: number;
  /** How often the runner was killed. */
  readonly kills: number;
  /** What it held whenever it was idle in the second half. */
  readonly held: readonly Held[];
  readonly durationMs: number;
}

/** What a report is made of. */
export interface ReportParts extends Pick<Report, "problems" | "kills" | "held" | "durationMs"> {
  readonly sent: readonly Sent<Step>[];
  readonly deeds: readonly Deed[];
}

/** Counts what happened. */
export function reportOf({ sent, deeds, ...rest }: ReportParts): Report {
  const lasts = sent.flatMap(({ journal }) => journal.slice(-1));
  return {
    ...rest,
    ends: count(lasts.map(({ type }) => type)),
    errors: count(
      lasts.flatMap(({ type, data }) => (type === "task.failed" ? [data.error.code] : [])),
    ),
    faults: count([
      ...deeds.flatMap((deed) => ("fault" in deed && deed.fault ? [deed.fault] : [])),
      ...deeds.flatMap(({ kind }) => (kind === "killed" ? ["killed from outside"] : [])),
      ...sent.flatMap(({ step }) => (step.meddling ? [step.meddling] : [])),
    ]),
    turns: deeds.filter(({ kind }) => kind === "told").length,
    processes: deeds.filter(({ kind }) => kind === "begun").length,
  };
}

function count(names: readonly string[]): Record<string, number> {
  const groups = Object.groupBy(names, (name) => name);
  return Object.fromEntries(Object.entries(groups).map(([name, all]) => [name, all?.length ?? 0]));
}
