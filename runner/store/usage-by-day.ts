import { noSpending, Spending, TerminalState } from "#shared/task.ts";
import type { UsageDay } from "#shared/usage.ts";
import { spendingColumns } from "./usage-table.ts";
import { type Row, rows, type Work } from "./work.ts";

const dayLength = 24 * 60 * 60 * 1000;

/** The last days up to the one of `now`, each with what was spent and the tasks that ended. */
export function* readUsageByDay(days: number, now: number): Work<UsageDay[]> {
  const today = Math.floor(now / dayLength);
  const first = today - days + 1;
  const spent = yield* rows(
    `SELECT at / ${dayLength} AS day, ${spendingColumns} FROM usage WHERE at >= ? GROUP BY 1`,
    first * dayLength,
  );
  const ended = yield* rows(
    `SELECT ended_at / ${dayLength} AS day, state, count(*) AS tasks, count(started_at) AS started,
         CAST(coalesce(sum(started_at - created_at), 0) AS BIGINT) AS waited,
         CAST(coalesce(sum(ended_at - started_at), 0) AS BIGINT) AS ran
       FROM task WHERE ended_at >= ? GROUP BY 1, 2`,
    first * dayLength,
  );
  return Array.from({ length: days }, (_, index) => {
    const day = first + index;
    const isOfDay = (row: Row) => Number(row.day) === day;
    return {
      day: new Date(day * dayLength).toISOString().slice(0, 10),
      ...Spending.parse(spent.find(isOfDay) ?? noSpending),
      ...tasksOf(ended.filter(isOfDay)),
    };
  });
}

function tasksOf(ended: readonly Row[]): Omit<UsageDay, "day" | keyof Spending> {
  const sum = (column: string, of = ended) =>
    of.reduce((total, row) => total + Number(row[column]), 0);
  const of = (state: TerminalState) =>
    sum(
      "tasks",
      ended.filter((row) => row.state === state),
    );
  const started = sum("started");
  // A clock that was set back makes no time negative.
  const mean = (column: string) => (started === 0 ? null : Math.max(0, sum(column) / started));
  const { succeeded, failed, cancelled, superseded } = TerminalState.enum;
  return {
    tasks: {
      succeeded: of(succeeded),
      failed: of(failed),
      cancelled: of(cancelled),
      superseded: of(superseded),
    },
    mean_wait_ms: mean("waited"),
    mean_run_ms: mean("ran"),
  };
}
