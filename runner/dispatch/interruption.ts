import type { Interruption, Store } from "../store/store.ts";

/**
 * Why an attempt is stopped from outside: for its task's sake, for the host's, or because the task is
 * another host's by now.
 */
export type StopReason = Interruption | { readonly kind: "shutdown" | "lost" };

/** The reason of an aborted signal, as an error that says why the attempt was stopped. */
export class Stopped extends Error {
  override readonly name = "Stopped";
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(`Attempt was stopped: ${reason.kind}`);
    this.reason = reason;
  }
}

/** Calls back once when the task is to be stopped; ends when `signal` aborts. */
export async function watchInterruption(
  store: Pick<Store, "watchTask" | "interruption">,
  taskId: string,
  signal: AbortSignal,
  onInterruption: (interruption: Interruption) => void,
): Promise<void> {
  using watch = store.watchTask(taskId);
  while (!signal.aborted) {
    const interruption = await store.interruption(taskId);
    if (interruption !== undefined) return onInterruption(interruption);
    await watch.next(signal);
  }
}
