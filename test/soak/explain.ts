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

/** Every process of the ladder has to have come to harm. */
function ladderWrong(
  journal: readonly JournalEntry[],
  turns: readonly TurnTold[],
  deeds: readonly Deed[],
): string | undefined {
  const from = Date.parse(journal.at(0)?.time ?? "");
  const to = Date.parse(journal.at(-1)?.time ?? "");
  const pids = new Set(turns.map(({ pid }) => pid));
  const isHarmed = (pid: number | null) =>
    turns.some((turn) => turn.pid === pid && isLethal(turn.fault)) ||
    deeds.some((deed) => deed.pid === pid && isHarm(deed) && deed.at <= to);
  const unharmed = [...pids].filter((pid) => !isHarmed(pid));
  if (unharmed.length > 0) return `no harm came to process ${unharmed}`;
  const badStarts = deeds.filter(
    ({ kind, at, ...deed }) =>
      kind === "begun" &&
      "fault" in deed &&
      deed.fault !== undefined &&
      at >= from - 5000 &&
      at <= to,
  );
  if (pids.size + badStarts.length >= rungs) return undefined;
  return `only ${pids.size} processes and ${badStarts.length} starts came to harm`;
}

function isHarm({ kind }: Deed): boolean {
  return kind === "lost" || kind === "killed";
}

/** A turn with the process that it ran in, and what that did to it. */
interface TurnTold {
  readonly pid: number | null;
  readonly fault: string | undefined;
}

function turnsOf(journal: readonly JournalEntry[], deeds: readonly Deed[]): TurnTold[] {
  const turns: TurnTold[] = [];
  let pid: number | null = null;
  for (const { type, data } of journal) {
    if (type === "session.ready" || type === "session.resumed") pid = data.pid;
    if (type !== "turn.started") continue;
    const told = deeds.find(
      (deed) => deed.kind === "told" && deed.pid === pid && deed.uuid === data.turn_id,
    );
    turns.push({ pid, fault: told?.kind === "told" ? told.fault : undefined });
  }
  return turns;
}
