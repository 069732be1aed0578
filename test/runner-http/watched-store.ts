import { SqliteStore } from "#runner/store/sqlite-store.ts";
import type { Watch } from "#runner/store/store.ts";
import { Level } from "./level.ts";

/** The real store, which also tells how many watches of tasks are open. */
export class WatchedStore extends SqliteStore {
  readonly watches = new Level();

  override watchTask(taskId: string): Watch {
    const watch = super.watchTask(taskId);
    this.watches.add(1);
    return {
      next: (signal) => watch.next(signal),
      [Symbol.dispose]: () => {
        watch[Symbol.dispose]();
        this.watches.add(-1);
      },
    };
  }
}
