/** What is measured. */
interface Row {
  readonly key: string;
  readonly name: string;
  /** Default: milliseconds. */
  readonly unit?: Unit;
  /** The row whose median this one's is divided by. */
  readonly against?: string;
}

/** Thousandths of a second or of that, what has 1024 bytes, or 1024 squared, and the model's own. */
export type Unit = "ms" | "µs" | "MB" | "KB" | "tokens";

/** All rows, in the order in which they are shown; a part of a row is indented. */
export const rows = [
  { key: "raw_one_shot", name: "raw one-shot: start to result" },
  { key: "raw_cold", name: "raw cold: start to result", against: "raw_one_shot" },
  { key: "raw_cold_first", name: "  first output", against: "raw_one_shot" },
  { key: "raw_warm", name: "raw warm: prompt to result", against: "raw_one_shot" },
  { key: "raw_brokered", name: "raw warm, its API by the broker", against: "raw_warm" },
  { key: "raw_brokered_over_raw", name: "  over raw warm, in pairs", against: "raw_warm" },

  { key: "ours_cold", name: "ours cold: webhook to end", against: "raw_cold" },
  { key: "ours_cold_workspace", name: "  workspace", against: "raw_cold" },
  { key: "ours_cold_process", name: "  process", against: "raw_cold" },
  { key: "ours_cold_turn", name: "  turn", against: "raw_cold" },
  { key: "ours_cold_rest", name: "  all the rest", against: "raw_cold" },

  { key: "ours_spare", name: "ours by a spare: webhook to end", against: "raw_warm" },
  { key: "ours_spare_first", name: "  first output", against: "raw_warm" },
  { key: "ours_spare_workspace", name: "  workspace", against: "raw_warm" },
  { key: "ours_spare_process", name: "  process", against: "raw_warm" },
  { key: "ours_spare_turn", name: "  turn", against: "raw_warm" },
  { key: "ours_spare_beside_warm", name: "  the whole, beside ours warm", against: "ours_warm" },

  { key: "ours_warm", name: "ours warm: webhook to end", against: "raw_warm" },
  { key: "ours_warm_first", name: "  first output", against: "raw_warm" },
  { key: "ours_warm_workspace", name: "  workspace", against: "raw_warm" },
  { key: "ours_warm_fetch", name: "    fetch", against: "raw_warm" },
  { key: "ours_warm_checkout", name: "    checkout", against: "raw_warm" },
  { key: "ours_warm_diff", name: "    diff", against: "raw_warm" },
  { key: "ours_warm_process", name: "  process", against: "raw_warm" },
  { key: "ours_warm_turn", name: "  turn", against: "raw_warm" },
  { key: "ours_warm_overhead", name: "    not the CLI's own", against: "raw_warm" },
  { key: "ours_warm_turn_over_raw", name: "    over raw warm, in pairs", against: "raw_warm" },
  { key: "ours_warm_rest", name: "  all the rest", against: "raw_warm" },

  { key: "webhook_202", name: "webhook to 202 (durable)", against: "raw_warm" },
  { key: "killed_first", name: "kill -9 in a turn: first output again", against: "raw_cold_first" },
  { key: "resumed_first", name: "killed, resumed: first output", against: "raw_cold_first" },
  { key: "resumed", name: "killed, resumed: webhook to end", against: "raw_cold" },

  { key: "raw_crowd", name: "raw warm, all at once: to the last", against: "raw_warm" },
  { key: "ours_crowd", name: "ours warm, all at once: to the last", against: "raw_crowd" },
  { key: "ours_crowd_workspace", name: "  workspace of each", against: "raw_crowd" },
  { key: "ours_crowd_turn", name: "  turn of each", against: "raw_crowd" },
  { key: "ours_crowd_memory", name: "  memory of each process (PSS)", unit: "MB" },
  { key: "pushes_apart", name: "five reviews apart: webhooks to ends" },
  { key: "pushes_row", name: "five pushes in a row", against: "pushes_apart" },
  { key: "pushes_apart_sent", name: "five apart: sent to the model", unit: "tokens" },
  {
    key: "pushes_row_sent",
    name: "  in a row",
    unit: "tokens",
    against: "pushes_apart_sent",
  },
  { key: "pushes_apart_new", name: "five apart: not from its cache", unit: "tokens" },
  {
    key: "pushes_row_new",
    name: "  in a row",
    unit: "tokens",
    against: "pushes_apart_new",
  },
  { key: "host_new", name: "program that knows no session", unit: "MB" },
  { key: "host_known", name: "program that knows 1,000", unit: "MB", against: "host_new" },
  { key: "host_known_more", name: "  more than without, in pairs", unit: "MB" },

  { key: "probot_webhook", name: "probot, 32 clients: per webhook" },
  { key: "probot_webhook_p99", name: "  to its answer, p99 of each round" },
  {
    key: "bare_webhook",
    name: "bare, 32 clients: per webhook (durable)",
    against: "probot_webhook",
  },
  {
    key: "bare_webhook_p99",
    name: "  to its 202, p99 of each round",
    against: "probot_webhook_p99",
  },
  {
    key: "ours_webhook",
    name: "ours, 32 clients: per webhook (durable)",
    against: "probot_webhook",
  },
  {
    key: "ours_webhook_p99",
    name: "  to its 202, p99 of each round",
    against: "probot_webhook_p99",
  },
  { key: "followers_first", name: "clients of one task: to the first" },
  { key: "followers_last", name: "  to the last", against: "followers_first" },
  { key: "followers_memory", name: "  memory of each, edge and runner", unit: "KB" },

  { key: "sqlite_bare_enqueue", name: "node:sqlite, bare: enqueue", unit: "µs" },
  {
    key: "sqlite_enqueue",
    name: "  SQLite store",
    unit: "µs",
    against: "sqlite_bare_enqueue",
  },
  { key: "sqlite_bare_claim_finish", name: "node:sqlite, bare: claim and finish", unit: "µs" },
  {
    key: "sqlite_claim_finish",
    name: "  SQLite store",
    unit: "µs",
    against: "sqlite_bare_claim_finish",
  },
  { key: "sqlite_bare_append", name: "node:sqlite, bare: append", unit: "µs" },
  {
    key: "sqlite_append",
    name: "  SQLite store",
    unit: "µs",
    against: "sqlite_bare_append",
  },
  { key: "postgres_bare_enqueue", name: "pg, bare: enqueue", unit: "µs" },
  {
    key: "postgres_enqueue",
    name: "  PostgreSQL store",
    unit: "µs",
    against: "postgres_bare_enqueue",
  },
  { key: "postgres_bare_claim_finish", name: "pg, bare: claim and finish", unit: "µs" },
  {
    key: "postgres_claim_finish",
    name: "  PostgreSQL store",
    unit: "µs",
    against: "postgres_bare_claim_finish",
  },
  { key: "postgres_bare_append", name: "pg, bare: append", unit: "µs" },
  {
    key: "postgres_append",
    name: "  PostgreSQL store",
    unit: "µs",
    against: "postgres_bare_append",
  },
  { key: "sqlite_few_enqueue", name: "SQLite: enqueue", unit: "µs" },
  {
    key: "sqlite_ended_enqueue",
    name: "  beside tasks that have ended",
    unit: "µs",
    against: "sqlite_few_enqueue",
  },
  { key: "sqlite_few_claim", name: "SQLite: claim", unit: "µs" },
  {
    key: "sqlite_ended_claim",
    name: "  beside tasks that have ended",
    unit: "µs",
    against: "sqlite_few_claim",
  },
  { key: "postgres_few_enqueue", name: "PostgreSQL: enqueue", unit: "µs" },
  {
    key: "postgres_ended_enqueue",
    name: "  beside tasks that have ended",
    unit: "µs",
    against: "postgres_few_enqueue",
  },
  { key: "postgres_few_claim", name: "PostgreSQL: claim", unit: "µs" },
  {
    key: "postgres_ended_claim",
    name: "  beside tasks that have ended",
    unit: "µs",
    against: "postgres_few_claim",
  },
  { key: "sqlite_turn_start", name: "push taken in to turn, no git: SQLite" },
  { key: "postgres_turn_start", name: "  PostgreSQL", against: "sqlite_turn_start" },
  { key: "postgres_takeover", name: "kill -9 of a host: task started again" },
] as const satisfies readonly Row[];

/** The name of a row in the JSON report. */
export type RowKey = (typeof rows)[number]["key"];

/** Takes one measurement of a row, in its unit. */
export type Recorder = (key: RowKey, value: number) => void;
