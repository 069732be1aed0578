import type { DatabaseSync } from "node:sqlite";
import { Spending } from "#shared/task.ts";
import { prepared } from "./prepared.ts";

/** Adds an entry to the ledger. Runs in its caller's transaction. */
export function addUsage(
  database: DatabaseSync,
  { task, session, at }: { task: string; session: string; at: number },
  spending: Spending,
): void {
  prepared(
    database,
    `INSERT INTO usage(session, task, at, model_requests, input_tokens, output_tokens,
         cache_read_input_tokens, cache_creation_input_tokens, cost_usd, turn_ms)
       VALUES (:session, :task, :at, :model_requests, :input_tokens, :output_tokens,
         :cache_read_input_tokens, :cache_creation_input_tokens, :cost_usd, :turn_ms)`,
  ).run({ session, task, at, ...Spending.parse(spending) });
}

/** Whose entries are summed up. */
export type LedgerFilter =
  | { readonly task: string }
  | { readonly session: string }
  | { readonly since: number };

/** The sum of the ledger's entries that pass a filter. */
export function sumUsage(database: DatabaseSync, filter: LedgerFilter): Spending {
  const sql = `SELECT
       coalesce(sum(model_requests), 0) AS model_requests,
       coalesce(sum(input_tokens), 0) AS input_tokens,
       coalesce(sum(output_tokens), 0) AS output_tokens,
       coalesce(sum(cache_read_input_tokens), 0) AS cache_read_input_tokens,
       coalesce(sum(cache_creation_input_tokens), 0) AS cache_creation_input_tokens,
       coalesce(sum(cost_usd), 0) AS cost_usd,
       coalesce(sum(turn_ms), 0) AS turn_ms
     FROM usage WHERE ${conditionOf(filter)}`;
  return Spending.parse(prepared(database, sql).get({ ...filter }));
}

function conditionOf(filter: LedgerFilter): string {
  if ("task" in filter) return "task = :task";
  return "session" in filter ? "session = :session" : "at >= :since";
}
