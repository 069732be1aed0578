/** What is measured, in milliseconds. */
interface Row {
  readonly key: string;
  readonly name: string;
  /** The row whose median this one's is divided by. */
  readonly against?: string;
}

/** All rows, in the order in which they are shown; a part of a row is indented. */
export const rows = [
  { key: "raw_one_shot", name: "raw one-shot: start to result" },
  { key: "raw_cold", name: "raw cold: start to result", against: "raw_one_shot" },
  { key: "raw_cold_first", name: "  first output", against: "raw_one_shot" },
  { key: "raw_warm", name: "raw warm: prompt to result", against: "raw_one_shot" },

  { key: "ours_cold", name: "ours cold: webhook to end", against: "raw_cold" },
  { key: "ours_cold_workspace", name: "  workspace", against: "raw_cold" },
  { key: "ours_cold_process", name: "  process", against: "raw_cold" },
  { key: "ours_cold_turn", name: "  turn", against: "raw_cold" },
  { key: "ours_cold_rest", name: "  all the rest", against: "raw_cold" },

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
  { key: "resumed_first", name: "killed, resumed: first output", against: "raw_cold_first" },
  { key: "resumed", name: "killed, resumed: webhook to end", against: "raw_cold" },
] as const satisfies readonly Row[];

/** The name of a row in the JSON report. */
export type RowKey = (typeof rows)[number]["key"];
