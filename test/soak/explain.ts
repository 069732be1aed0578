import type { JournalEntry } from "#shared/journal.ts";
import type { Task } from "#shared/task.ts";
import type { Evidence } from "./account.ts";
import { isLethal } from "./cli/faults.ts";
import type { Deed } from "./deeds.ts";

/** How many processes a review is tried with. */
const rungs = 4;
/** How often a task is tried. */
const attempts = 3;
/** How often a runner may die under a task. */
const crashes = 3;

/** Why a task did not have to fail; undefined when the faults that it met had to fail it. */
export function explain(
  { error, attempt }: Task,
  journal: readonly JournalEntry[],
  { deeds, kills }: Evidence,
): string | undefined {
  const last = journal.slice(journal.findLastIndex(({ type }) => type === "task.started"));
  const turns = turnsOf(last, deeds);
  switch (error?.code) {
    case "input_poisonous":
    case "cli_exited":
    case "cli_silent":
    case "cli_start_timeout":
    case "cli_protocol":
    case "session_lost":
      return ladderWrong(last, turns, deeds);
    case "review_unparsable":
      return turns.filter(({ fault }) => fault === "unparsable").length >= 2
        ? undefined
        : "its answers could be read";
    case "model_overloaded":
      return attempt === attempts && turns.at(-1)?.fault === "overloaded"
        ? undefined
        : `the model was overloaded in no more than ${attempt} attempts`;
    case "host_restarted":
      return kills >= crashes ? undefined : `the runner was killed ${kills} times`;
    default:
      return "nothing was done that fails like this";
  }
}

/** Every process of the ladder has to have come to harm, or not to have started. */
function ladderWrong(
  journal: readonly JournalEntry[],
  turns: readonly TurnTold[],
  deeds: readonly Deed[],
): string | undefined {
  const from = Date.parse(journal.at(0)?.time ?? "") - spareAge;
  const to = Date.parse(journal.at(-1)?.time ?? "");
  const byRung = [...Map.groupBy(turns, ({ rung }) => rung).values()];
  const isHarmed = (rung: readonly TurnTold[]) =>
    rung.some(({ fault }) => isLethal(fault)) ||
    deeds.some(({ pid, kind, at }) => pid === rung[0]?.pid && harms.has(kind) && at <= to);
  const unharmed = byRung.find((rung) => !isHarmed(rung));
  if (unharmed !== undefined) return `no harm came to process ${unharmed[0]?.pid}`;
  const badStarts = deeds.filter(
    (deed) => deed.kind === "begun" && deed.fault !== undefined && deed.at >= from && deed.at <= to,
  );
  if (byRung.length + badStarts.length >= rungs) return undefined;
  return `only ${byRung.length} processes and ${badStarts.length} starts came to harm`;
}

/** How long before a task a spare that it was given may have been started, in milliseconds. */
const spareAge = 5000;
const harms: ReadonlySet<Deed["kind"]> = new Set(["lost", "killed"]);

/** A turn, the process that it ran in, and what that did to it. */
interface TurnTold {
  /** The process of which step of the ladder: the same one may serve two, when it lives on. */
  readonly rung: number;
  readonly pid: number | null;
  readonly fault: string | undefined;
}

function turnsOf(journal: readonly JournalEntry[], deeds: readonly Deed[]): TurnTold[] {
  const turns: TurnTold[] = [];
  let rung = 0;
  let pid: number | null = null;
  // A message may be told twice to one process: each deed is of one turn.
  const left = deeds.filter((deed) => deed.kind === "told");
  for (const { type, data } of journal) {
    if (type === "session.ready" || type === "session.resumed") {
      rung += 1;
      pid = data.pid;
    }
    if (type !== "turn.started") continue;
    const index = left.findIndex((deed) => deed.pid === pid && deed.uuid === data.turn_id);
    const [told] = index === -1 ? [] : left.splice(index, 1);
    turns.push({ rung, pid, fault: told?.fault });
  }
  return turns;
}
