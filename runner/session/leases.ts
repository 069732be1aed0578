import { CicdError } from "#shared/error.ts";
import { unlessAborted } from "#shared/unless-aborted.ts";
import type { Store } from "../store/store.ts";
import { Lease } from "./lease.ts";
import type { Opener, OpenRequest } from "./opener.ts";
import type { Places } from "./places.ts";
import type { ProcessPool } from "./pool.ts";
import type { CliSettings } from "./process-starter.ts";
import { Resident } from "./resident.ts";
import type { Workspaces } from "./workspaces.ts";

/** What sessions are leased with. Sizes in bytes. */
export interface LeasesOptions {
  readonly store: Pick<Store, "session" | "setConversation">;
  readonly workspaces: Pick<Workspaces, "folder">;
  readonly opener: Opener;
  readonly pool: ProcessPool;
  readonly places: Pick<Places, "of">;
  readonly cli: Pick<CliSettings, "confined">;
  /** A process that uses more memory is ended between two turns; default: no limit. */
  readonly memoryLimit?: number;
  /** What a process uses; undefined where that can't be known. */
  readonly memoryOf?: (pid: number) => Promise<number | undefined>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Trouble with a process that no task uses. */
  readonly onError: (error: unknown) => void;
}

/** Gives sessions to tasks, each with a process, and sees to what becomes of that afterwards. */
export class Leases {
  readonly #options: LeasesOptions;
  readonly #stopping = new AbortController();

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  /**
   * Leases a session with its process, or with one that is being started.
   * @throws CicdError `conflict` when it is leased already, `shutting_down` once stopped.
   */
  async lease(sessionId: string, request: OpenRequest = {}): Promise<Lease> {
    const { store, opener, pool, onError } = this.#options;
    this.#stopping.signal.throwIfAborted();
    const idle = pool.get(sessionId);
    if (idle?.lease === undefined && idle?.serving) await this.#endOutdated(sessionId, idle);
    const before = pool.get(sessionId);
    if (before?.lease !== undefined) {
      throw new CicdError("conflict", `Cannot lease session ${sessionId}: a task is using it`);
    }
    const fits = before !== undefined && (before.isConfined || !this.#isConfined(request));
    // Taken out at once: the next one waits for its end.
    if (before !== undefined && !fits) pool.hibernate(sessionId, before).catch(onError);
    const isAlive = fits && before.serving?.process.state !== "dead";
    const resident = isAlive ? before : this.#admit(sessionId, request);
    resident.lease = "coming";
    try {
      const lease = new Lease({
        folder: await resident.folder,
        isWarm: isAlive && before.serving !== undefined,
        serving: resident.opening,
        onConversation: (conversation) => store.setConversation(sessionId, conversation),
        onTurnEnd: (serving) => opener.share(sessionId, serving).catch(onError),
        onRelease: () => {
          if (resident.lease === lease) this.#release(sessionId, resident);
        },
      });
      resident.lease = lease;
      return lease;
    } catch (error) {
      resident.lease = undefined;
      throw error;
    }
  }

  /** Leases nothing more. */
  stop(): void {
    this.#stopping.abort(new CicdError("shutting_down", "Cannot lease session: runner stops"));
  }

  /** Another host may have gone on with the session: the process here would not know how. */
  async #endOutdated(sessionId: string, resident: Resident): Promise<void> {
    const { store, pool } = this.#options;
    const { conversation = null } = (await store.session(sessionId)) ?? {};
    const { serving } = resident;
    if (resident.lease !== undefined || !serving?.isRemembered) return;
    const { id, transcript } = serving.conversation;
    if (conversation?.id !== id || conversation.transcript !== transcript) {
      await pool.hibernate(sessionId, resident);
    }
  }

  /** Whether a process for it has to be started with other settings. */
  #isConfined({ confined = false }: OpenRequest): boolean {
    return confined && this.#options.cli.confined !== undefined;
  }

  /** Makes a session resident: it gets its folder first, and its process while that is filled. */
  #admit(sessionId: string, request: OpenRequest): Resident {
    const { workspaces, opener, pool, places, now, onError } = this.#options;
    const { oneShot = false } = request;
    const isConfined = this.#isConfined(request);
    const before = pool.gone(sessionId);
    const place = places.of(sessionId, { mayBeSpare: !oneShot && !isConfined });
    const resident = new Resident({
      folder: place.then(({ name }) => workspaces.folder(name)),
      open: async (ending) => {
        const { name, spare } = await place;
        // A spare that does not start harms nobody: another process is started in its place.
        const claimed = await spare?.serving.catch(() => undefined);
        if (claimed !== undefined) return claimed;
        await unlessAborted(Promise.all([before, pool.makeRoom()]), ending);
        // Only now: the process before has saved what the conversation has cost.
        return await opener.open(sessionId, name, request);
      },
      isConfined,
      isTransient: oneShot || pool.mode === "one_shot",
      usedAt: now(),
      onExit: (serving, exit) => opener.saveCost(sessionId, serving, exit).catch(onError),
    });
    pool.add(sessionId, resident);
    return resident;
  }

  #release(sessionId: string, resident: Resident): void {
    const { pool, now, onError } = this.#options;
    resident.lease = undefined;
    resident.usedAt = now();
    const isOver = resident.isTransient || pool.mode === "one_shot";
    const after = isOver
      ? pool.hibernate(sessionId, resident)
      : this.#hibernateLarge(sessionId, resident);
    after.catch(onError);
  }

  /** A process that grew too large is replaced by one that resumes, when it is needed again. */
  async #hibernateLarge(sessionId: string, resident: Resident): Promise<void> {
    const { pool, memoryOf, memoryLimit = Number.POSITIVE_INFINITY } = this.#options;
    const pid = resident.serving?.process.pid;
    const bytes = pid === undefined ? undefined : await memoryOf?.(pid);
    if (bytes === undefined || bytes <= memoryLimit || resident.lease !== undefined) return;
    await pool.hibernate(sessionId, resident);
  }
}
