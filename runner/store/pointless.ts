import type { HandOff } from "#shared/api.ts";
import type { TaskKind } from "#shared/task.ts";
import type { Interruption } from "./store.ts";
import { quickHandOff } from "./timing.ts";
import { type Row, rows, type Work } from "./work.ts";

/**
 * Which live tasks of its session a new task makes pointless, by their supersede key. The kinds that
 * do are those that decide what becomes of a pull request: the later of two makes the other pointless.
 */
const supersedes: Partial<Record<TaskKind, string>> = { review: "review", close: "review" };

/** The supersede key that a task of a kind is known by; one without always runs. */
export const supersedeKeys: Partial<Record<TaskKind, string>> = { review: "review" };

/** What a task of kind `cancel` cancels; the others are over at once. */
const cancellable: readonly TaskKind[] = ["review", "ask", "analyze", "test"];

/** What a hand-off is beside the other tasks of its session. */
export interface Standing {
  /** The live tasks that it ends. */
  readonly pointless: readonly Row[];
  /** The task that has made it pointless before it came: that one knows a later pull request. */
  readonly overtakenBy?: string;
  /**
   * Of one that decides: when the pull request had last changed that the session's decisions know, by
   * the forge's clock; epoch milliseconds.
   */
  readonly decidedAt?: number | undefined;
}

/** Finds it. What nobody has allowed yet ends nothing, and decides nothing. */
export function* findStanding(handOff: HandOff, sessionId: string, waited: number): Work<Standing> {
  const { kind, event } = handOff;
  if (event.type === "comment" && event.authorization !== "verified") return { pointless: [] };
  // By name: SQLite would rather walk through the whole history of the session.
  const found = yield* rows(
    `SELECT s.decider, s.decided_at, t.id, t.state, t.kind, t.supersede_key
       FROM session s LEFT JOIN task t INDEXED BY task_live
         ON t.session = s.id AND t.state IN ('queued', 'running')
       WHERE s.id = ?`,
    sessionId,
  );
  const [session] = found;
  const live = found.filter(({ id }) => id !== null);
  if (kind === "cancel") {
    return { pointless: live.filter((task) => cancellable.some((each) => each === task.kind)) };
  }
  const key = supersedes[kind];
  if (key === undefined) return { pointless: [] };
  const pointless = live.filter(({ supersede_key }) => supersede_key === key);
  const { updated_at } = event.pull_request;
  if (updated_at === undefined) return { pointless };
  const changedAt = Date.parse(updated_at);
  const decidedAt = Number(session?.decided_at ?? 0);
  // What came at once is the latest, whatever the forge's clock says: no push must be lost by it.
  if (changedAt < decidedAt && waited > quickHandOff) {
    return { pointless: [], overtakenBy: String(session?.decider) };
  }
  return { pointless, decidedAt: Math.max(changedAt, decidedAt) };
}

/** How a hand-off ends them. */
export function interruptionBy({ kind, event, task_id }: HandOff): Interruption {
  if (kind !== "cancel") return { kind: "superseded", by: task_id };
  return { kind: "cancelled", reason: `Cancelled by ${event.sender.login} in a comment` };
}
