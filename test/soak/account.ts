import type { Store } from "#runner/store/store.ts";
import { isTerminalType } from "#shared/journal.ts";
import { isTerminal, type Task } from "#shared/task.ts";
import type { Deed } from "./deeds.ts";
import { explain } from "./explain.ts";
import type { Sent } from "./sent.ts";

/** What deliveries are held against. */
export interface Evidence {
  readonly store: Pick<Store, "task" | "journal">;
  readonly deeds: readonly Deed[];
  /** How far the clocks of hosts may be apart, in milliseconds; default 0. */
  readonly skew?: number;
  /** How often the runner was killed. */
  readonly kills: number;
}

/** What is wrong with what became of the deliveries of one pull request, in the order they came. */
export async function account(sent: readonly Sent[], evidence: Evidence): Promise<string[]> {
  const problems: string[] = [];
  for (const [index, one] of sent.entries()) {
    const task = await evidence.store.task(one.taskId);
    const wrongs =
      task === undefined
        ? ["its task is unknown"]
        : [
            ...(await journalWrongs(one, evidence.store)),
            ...endWrongs(task, one, sent[index + 1], evidence),
            ...orderWrongs(one, sent[index - 1], evidence),
            ...pointlessWrongs(one, sent[index + 1]),
          ];
    const { kind, step, taskId } = one;
    problems.push(...wrongs.map((wrong) => `${kind} ${step.push} (task ${taskId}): ${wrong}`));
  }
  return problems;
}

/** The journal has no gap, one end, and is what the client saw. */
export async function journalWrongs(
  { taskId, journal }: Sent,
  store: Evidence["store"],
): Promise<string[]> {
  const entries = await store.journal(taskId, 0, Number.MAX_SAFE_INTEGER);
  const isGapless = entries.every(({ seq }, index) => seq === index + 1);
  const ends = entries.filter(({ type }) => isTerminalType(type));
  const other = entries.findIndex(
    (entry, index) => JSON.stringify(entry) !== JSON.stringify(journal[index]),
  );
  return [
    ...(isGapless ? [] : ["its journal has a gap"]),
    ...(ends.length === 1 && entries.at(-1) === ends[0]
      ? []
      : [
          `its journal has ${ends.length} ends, the last of ${entries.length} is ${entries.at(-1)?.type}`,
        ]),
    ...(journal.length === entries.length
      ? []
      : [`its client saw ${journal.length} entries of ${entries.length}`]),
    ...(other === -1
      ? []
      : [
          `its client saw ${JSON.stringify(journal[other])}, there is ${JSON.stringify(entries[other])}`,
        ]),
  ];
}

/** It ended as it had to. */
function endWrongs(task: Task, sent: Sent, next: Sent | undefined, evidence: Evidence): string[] {
  const { state, result, error } = task;
  const last = sent.journal.at(-1);
  if (!isTerminal(state)) return [`it is ${state}`];
  if (last?.type !== `task.${state}`)
    return [`it is ${state}, and its journal ends by ${last?.type}`];
  if (sent.cancelled === "removed" && state !== "cancelled") return [`cancelled, it is ${state}`];
  switch (state) {
    case "succeeded": {
      if (result?.kind !== "review") return result?.kind === sent.kind ? [] : ["it has no result"];
      const { summary } = result.review;
      return summary === `soak ${sent.step.push}` ? [] : [`its review is of ${summary}`];
    }
    case "cancelled":
      return sent.cancelled === "removed" || sent.cancelled === "signalled"
        ? []
        : ["nobody cancelled it"];
    case "superseded":
      return last.type === "task.superseded" && last.data.by === next?.taskId
        ? []
        : ["it is superseded by something that is not the next push"];
    case "failed": {
      const wrong = explain(task, sent.journal, evidence);
      return wrong === undefined ? [] : [`failed with ${error?.code}: ${error?.message}: ${wrong}`];
    }
  }
}

/** It did not go on when the next one had made it pointless. */
function pointlessWrongs({ kind, journal }: Sent, next: Sent | undefined): string[] {
  const last = journal.at(-1);
  const since = Date.parse(next?.journal.at(0)?.time ?? "");
  if (kind === "close" || last === undefined || Number.isNaN(since)) return [];
  const started = journal.findLast(({ type }) => type === "task.started");
  if (started !== undefined && Date.parse(started.time) > since) {
    return ["it was started when the next one was there"];
  }
  const late = Date.parse(last.time) - since;
  return last.type !== "task.superseded" && late > interruptTime
    ? [`it went on for ${late} ms beside the next one`]
    : [];
}

/** An interrupt takes its steps, on a busy machine. In milliseconds. */
const interruptTime = 3000;

/** It began after the one before it in its session had ended. */
function orderWrongs(
  { journal }: Sent,
  before: Sent | undefined,
  { skew = 0 }: Evidence,
): string[] {
  const started = journal.find(({ type }) => type === "task.started");
  const ended = before?.journal.at(-1);
  if (started === undefined || ended === undefined) return [];
  if (Date.parse(ended.time) <= Date.parse(started.time) + skew) return [];
  return [`it started at ${started.time}, when the one before ran until ${ended.time}`];
}
