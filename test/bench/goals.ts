import type { RowKey } from "./rows.ts";

/** What a run is to show, and what it showed. */
export interface Goal {
  readonly key: string;
  readonly name: string;
  /** The most that `value` may be. */
  readonly limit: number;
  /** `x` is a ratio. */
  readonly unit: "ms" | "MB" | "x";
  /** At the median. */
  readonly value: number;
  readonly met: boolean;
}

/** What goals look at in a row. */
export interface Figures {
  readonly key: RowKey;
  readonly median: number;
  readonly ratio: number | null;
}

/** Holds the rows of a run against what is promised; a goal whose row is missing is left out. */
export function goalsOf(reported: readonly Figures[]): Goal[] {
  const rowOf = (key: RowKey) => reported.find((row) => row.key === key);
  return goals.flatMap(({ row, figure, ...goal }) => {
    const value = rowOf(row)?.[figure] ?? undefined;
    return value === undefined ? [] : [{ ...goal, value, met: value <= goal.limit }];
  });
}

interface Promised extends Omit<Goal, "value" | "met"> {
  /** Where the value is found. */
  readonly row: RowKey;
  readonly figure: "median" | "ratio";
}

const goals: readonly Promised[] = [
  {
    key: "warm_turn",
    name: "a warm turn, over its raw pair",
    limit: 5,
    unit: "ms",
    row: "ours_warm_turn_over_raw",
    figure: "median",
  },
  {
    key: "spare",
    name: "a first review by a spare, to a later one",
    limit: 2,
    unit: "x",
    row: "ours_spare_beside_warm",
    figure: "ratio",
  },
  {
    key: "broker",
    name: "the broker, in each turn",
    limit: 2,
    unit: "ms",
    row: "raw_brokered_over_raw",
    figure: "median",
  },
  {
    key: "known",
    name: "1,000 known sessions",
    limit: 30,
    unit: "MB",
    row: "host_known_more",
    figure: "median",
  },
  {
    key: "webhook_rate",
    name: "time per webhook at 32 clients, to probot",
    limit: 1,
    unit: "x",
    row: "ours_webhook",
    figure: "ratio",
  },
  {
    key: "webhook_p99",
    name: "p99 to the 202, to probot's answer",
    limit: 1,
    unit: "x",
    row: "ours_webhook_p99",
    figure: "ratio",
  },
  {
    key: "sqlite_claim",
    name: "a claim on SQLite beside ended tasks, to one without",
    limit: 1.5,
    unit: "x",
    row: "sqlite_ended_claim",
    figure: "ratio",
  },
  {
    key: "postgres_claim",
    name: "a claim on PostgreSQL beside ended tasks, to one without",
    limit: 1.5,
    unit: "x",
    row: "postgres_ended_claim",
    figure: "ratio",
  },
  {
    key: "sqlite_turn_start",
    name: "from taking a push in to its turn on SQLite, without git",
    limit: 5,
    unit: "ms",
    row: "sqlite_turn_start",
    figure: "median",
  },
  {
    key: "postgres_turn_start",
    name: "from taking a push in to its turn on PostgreSQL, without git",
    limit: 15,
    unit: "ms",
    row: "postgres_turn_start",
    figure: "median",
  },
  {
    key: "takeover",
    name: "from the kill of a host to its task on another",
    limit: 5000,
    unit: "ms",
    row: "postgres_takeover",
    figure: "median",
  },
];
