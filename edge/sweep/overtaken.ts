import type { TaskKind } from "#shared/task.ts";
import type { TaskEvent } from "#shared/task-event.ts";

/** A task as far as it tells what it does to others of its session. */
export interface Wanted {
  readonly kind: string;
  readonly event: { readonly type: string; readonly authorization?: string | undefined };
}

/**
 * Whether a task decides what becomes of a pull request: the later of two makes the other pointless.
 * A command that nobody has allowed yet decides nothing.
 */
export function isDeciding({ kind, event }: Wanted): boolean {
  const isAllowed = event.type !== "comment" || event.authorization === "verified";
  return isAllowed && (kind === "review" || kind === "close");
}

/** Which later tasks make one pointless that was missed, or would be harmed by it. */
export function overtakes(missed: {
  readonly task: TaskKind;
  readonly event: TaskEvent;
}): (later: Wanted) => boolean {
  // It would end what came after it.
  if (missed.task === "cancel") return () => true;
  if (isDeciding({ kind: missed.task, event: missed.event })) return isDeciding;
  return (later) => later.kind === "close" && isDeciding(later);
}
