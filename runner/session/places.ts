import type { Store } from "../store/store.ts";
import type { Stored } from "../workspace/disk-budget.ts";
import type { ProcessPool } from "./pool.ts";
import type { Spare } from "./spares.ts";
import type { Workspaces } from "./workspaces.ts";

/** Where a session works, and the process that waits there. */
export interface Place {
  readonly name: string;
  readonly spare: Spare | undefined;
}

/** What places are kept with. */
export interface PlacesOptions {
  readonly store: Pick<Store, "session" | "setWorkspace" | "workspaces" | "sessionsIdleSince">;
  readonly workspaces: Workspaces;
  readonly pool: Pick<ProcessPool, "get" | "gone" | "hasSpare" | "claimSpare" | "giveUp">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Files can't be removed that nobody waits for. */
  readonly onError: (error: unknown) => void;
}

/** Where sessions work. What is being removed is waited for by whoever wants it next. */
export class Places {
  readonly #options: PlacesOptions;
  readonly #removing = new Map<string, Promise<void>>();
  readonly #emptying = new Map<string, Promise<void>>();
  /** The session that last worked in a workspace: another than its name says, where a spare waited. */
  readonly #users = new Map<string, string>();

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  /** A session's workspace. One that has none gets that of a spare, where there is one. */
  async of(sessionId: string, { mayBeSpare }: { mayBeSpare: boolean }): Promise<Place> {
    const { store, pool } = this.#options;
    await Promise.allSettled([this.#removing.get(sessionId), this.#emptying.get(sessionId)]);
    const { workspace, conversation } = (await store.session(sessionId)) ?? {};
    if (workspace) return { name: workspace, spare: undefined };
    // What another host has begun is gone on with: a spare would begin anew.
    const spare = mayBeSpare && !conversation ? pool.claimSpare() : undefined;
    const name = spare?.name ?? sessionId;
    this.#users.set(name, sessionId);
    try {
      await store.setWorkspace(sessionId, name);
    } catch (error) {
      if (spare !== undefined) void pool.giveUp(spare);
      throw error;
    }
    return { name, spare };
  }

  /** Removes all that a session has on disk, once `forget` has let go of it. */
  async remove(sessionId: string, forget: () => Promise<void>): Promise<void> {
    await once(this.#removing, sessionId, async () => {
      const { store, workspaces } = this.#options;
      await forget();
      await this.#emptying.get(sessionId)?.catch(() => {});
      const { workspace } = (await store.session(sessionId)) ?? {};
      if (!workspace) return;
      await workspaces.remove(workspace);
      await store.setWorkspace(sessionId, null);
      this.#users.delete(workspace);
    });
  }

  /**
   * Removes the workspaces that nobody is in and that no session of this host has: those of spares
   * of an earlier run, and of sessions that another host has now. Tells how many. Ends after the
   * one under way when the signal aborts.
   */
  async removeUnclaimed(signal?: AbortSignal): Promise<number> {
    const { workspaces, onError } = this.#options;
    const found = await workspaces.names();
    const claimed = await this.#claimed();
    let count = 0;
    for (const name of found) {
      if (signal?.aborted) break;
      if (claimed.has(name) || this.#isInUse(name)) continue;
      // A session that begins meanwhile, and would be in the folder of its name, waits.
      await once(this.#removing, name, async () => {
        await this.#options.pool.gone(this.#users.get(name) ?? name);
        // Only now: it may have been claimed since it was found.
        if ((await this.#claimed()).has(name)) return;
        await workspaces.remove(name);
        this.#users.delete(name);
        count += 1;
      }).catch(onError);
    }
    return count;
  }

  async #claimed(): Promise<ReadonlySet<string>> {
    return new Set(await this.#options.store.workspaces());
  }

  #isInUse(name: string): boolean {
    const { pool } = this.#options;
    const users = [name, this.#users.get(name) ?? name];
    return pool.hasSpare(name) || users.some((sessionId) => pool.get(sessionId) !== undefined);
  }

  /** The checkouts of all sessions; one whose session has a process is not freed. */
  async stored(): Promise<Stored[]> {
    let owners: Promise<ReadonlyMap<string, string>> | undefined;
    return (await this.#options.workspaces.stored()).map(({ name, ...rest }) => {
      const free = async () => {
        owners ??= this.#owners();
        const owner = (await owners).get(name);
        return owner !== undefined && (await this.#empty(owner, name));
      };
      return { ...rest, free };
    });
  }

  /** The sessions that no task is for, by their workspaces. */
  async #owners(): Promise<ReadonlyMap<string, string>> {
    const { store, now } = this.#options;
    const owners = new Map<string, string>();
    for (const id of await store.sessionsIdleSince(now())) {
      const { workspace } = (await store.session(id)) ?? {};
      if (workspace) owners.set(workspace, id);
    }
    return owners;
  }

  /** Removes the files of a session, unless it has a process; who leases it waits. */
  async #empty(sessionId: string, workspace: string): Promise<boolean> {
    const { pool, workspaces } = this.#options;
    if (pool.get(sessionId) !== undefined || this.#removing.has(sessionId)) return false;
    await once(this.#emptying, sessionId, () => workspaces.empty(workspace));
    return true;
  }
}

/** Does something for a session, or waits for who is doing it. */
async function once(
  underWay: Map<string, Promise<void>>,
  sessionId: string,
  work: () => Promise<void>,
): Promise<void> {
  const working = underWay.get(sessionId) ?? work();
  underWay.set(sessionId, working);
  try {
    await working;
  } finally {
    underWay.delete(sessionId);
  }
}
