import type { Task, TaskResult } from "#shared/task.ts";

/** One review, from the webhook to its result; times in milliseconds from the webhook on. */
export interface Run {
  readonly task: Task;
  readonly result: Extract<TaskResult, { kind: "review" }>;
  readonly pid: number | null;
  readonly answeredMs: number;
  readonly firstWordsMs: number;
  readonly totalMs: number;
}

/** What two reviews took, side by side. */
export function costs(cold: Run, warm: Run): string {
  const rows: [string, (run: Run) => string][] = [
    ["webhook answered", ({ answeredMs }) => ms(answeredMs)],
    ["checkout and diff", ({ result }) => ms(result.timing.workspace_ms)],
    ["process ready", ({ result }) => ms(result.timing.process_ms)],
    ["first words", ({ firstWordsMs }) => ms(firstWordsMs)],
    ["review done", ({ totalMs }) => ms(totalMs)],
    ["input tokens", ({ result: { usage } }) => String(usage.input_tokens)],
    ["written to cache", ({ result: { usage } }) => String(usage.cache_creation_input_tokens)],
    ["read from cache", ({ result: { usage } }) => String(usage.cache_read_input_tokens)],
    ["output tokens", ({ result: { usage } }) => String(usage.output_tokens)],
    ["cost", ({ result: { usage } }) => `$${usage.cost_usd.toFixed(4)}`],
  ];
  const line = (name: string, a: string, b: string) =>
    `  ${name.padEnd(20)}${a.padStart(12)}${b.padStart(12)}`;
  return [
    line("", cold.result.timing.start, warm.result.timing.start),
    ...rows.map(([name, of]) => line(name, of(cold), of(warm))),
  ].join("\n");
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(0)} ms`;
}
