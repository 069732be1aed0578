import type { Store } from "#runner/store/store.ts";
import { journalWrongs } from "../soak/account.ts";
import type { Sent } from "../soak/sent.ts";
import type { Delivery } from "./plan.ts";

/** Deliveries of one pull request, in the order of their tasks, by whether they came in time. */
export interface Parted {
  readonly timely: readonly Sent<Delivery>[];
  /** Those that were superseded by one whose task was there before theirs. */
  readonly late: readonly Sent<Delivery>[];
}

/** Parts them. */
export function partLate(ordered: readonly Sent<Delivery>[]): Parted {
  const places = new Map(ordered.map(({ taskId }, index) => [taskId, index]));
  const isLate = (sent: Sent<Delivery>, index: number) =>
    (places.get(overtakerOf(sent) ?? "") ?? index) < index;
  return {
    timely: ordered.filter((sent, index) => !isLate(sent, index)),
    late: ordered.filter(isLate),
  };
}

/**
 * What is wrong with those that were late: each was sent before what overtook it, and never ran. `sent`
 * is all of them as they were sent.
 */
export async function lateWrongs(
  late: Parted["late"],
  { sent, store }: { sent: readonly Sent<Delivery>[]; store: Store },
): Promise<string[]> {
  const problems: string[] = [];
  for (const one of late) {
    const by = sent.findIndex(({ taskId }) => taskId === overtakerOf(one));
    const wrongs = [
      ...(await journalWrongs(one, store)),
      ...(by > sent.indexOf(one) ? [] : ["it is late, and was sent after what overtook it"]),
      ...(one.journal.length === 2 ? [] : ["it is late, and something was done about it"]),
    ];
    problems.push(...wrongs.map((wrong) => `${one.step.push} (task ${one.taskId}): ${wrong}`));
  }
  return problems;
}

function overtakerOf({ journal }: Sent<Delivery>): string | undefined {
  const last = journal.at(-1);
  return last?.type === "task.superseded" ? last.data.by : undefined;
}
