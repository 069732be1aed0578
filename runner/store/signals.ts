import type { Watch } from "./store.ts";

/** Wakes those who wait for a topic. Says nothing of what happened: the reader looks. */
export class Signals {
  readonly #watchers = new Map<string, Set<() => void>>();

  notify(topic: string): void {
    for (const wake of this.#watchers.get(topic) ?? []) wake();
  }

  /** Wakes everybody. */
  notifyAll(): void {
    for (const topic of this.#watchers.keys()) this.notify(topic);
  }

  watch(topic: string): Watch {
    let changed = false;
    let disposed = false;
    let resolve: (() => void) | undefined;
    const wake = () => {
      changed = true;
      resolve?.();
    };
    const watchers = this.#watchers.get(topic) ?? new Set();
    this.#watchers.set(topic, watchers.add(wake));
    return {
      next: async (signal) => {
        if (!changed && !disposed && !signal?.aborted) {
          await new Promise<void>((settle) => {
            resolve = settle;
            signal?.addEventListener("abort", wake, { once: true });
          });
          signal?.removeEventListener("abort", wake);
          resolve = undefined;
        }
        changed = false;
      },
      [Symbol.dispose]: () => {
        if (disposed) return;
        disposed = true;
        watchers.delete(wake);
        if (watchers.size === 0) this.#watchers.delete(topic);
        wake();
      },
    };
  }
}
