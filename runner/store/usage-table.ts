import { Spending } from "#shared/task.ts";
import { row, rows, type SqlValue, type Work } from "./work.ts";

/** Adds an entry to the ledger. */
export function* addUsage(
  { task, session, at }: { task: string; session: string; at: number },
  spending: Spending,
): Work<void> {
  const used = Spending.parse(spending);
  yield* rows(
    `INSERT INTO usage(session, task, at, model_requests, input_tokens, output_tokens,
         cache_read_input_tokens, cache_creation_input_tokens, cost_usd, turn_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    session,
    task,
    at,
    used.model_requests,
    used.input_tokens,
    used.output_tokens,
    used.cache_read_input_tokens,
    used.cache_creation_input_tokens,
    used.cost_usd,
    used.turn_ms,
  );
}

/** Whose entries are summed up. */
export type LedgerFilter =
  | { readonly task: string }
  | { readonly session: string }
  | { readonly since: number };

/** The sums of the ledger's columns, as `Spending` has them. */
export const spendingColumns = `
  CAST(coalesce(sum(model_requests), 0) AS BIGINT) AS model_requests,
  CAST(coalesce(sum(input_tokens), 0) AS BIGINT) AS input_tokens,
  CAST(coalesce(sum(output_tokens), 0) AS BIGINT) AS output_tokens,
  CAST(coalesce(sum(cache_read_input_tokens), 0) AS BIGINT) AS cache_read_input_tokens,
  CAST(coalesce(sum(cache_creation_input_tokens), 0) AS BIGINT) AS cache_creation_input_tokens,
  coalesce(sum(cost_usd), 0) AS cost_usd,
  CAST(coalesce(sum(turn_ms), 0) AS BIGINT) AS turn_ms`;

/** The sum of the ledger's entries that pass a filter. */
export function* sumUsage(filter: LedgerFilter): Work<Spending> {
  const [condition, value] = conditionOf(filter);
  const sum = yield* row(`SELECT ${spendingColumns} FROM usage WHERE ${condition}`, value);
  return Spending.parse(sum);
}

function conditionOf(filter: LedgerFilter): [condition: string, value: SqlValue] {
  if ("task" in filter) return ["task = ?", filter.task];
  if ("session" in filter) return ["session = ?", filter.session];
  return ["at >= ?", filter.since];
}
