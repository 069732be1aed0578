import type { Lease, Ready } from "#runner/session/lease.ts";
import type { SessionManager } from "#runner/session/manager.ts";
import type { OpenRequest } from "#runner/session/opener.ts";
import { never } from "../claude/start-scripted.ts";

/** A lease whose process is there. */
export interface Leased extends Ready, Disposable {
  readonly folder: string;
  readonly turn: Lease["turn"];
}

/** How to acquire one. */
export interface Acquire extends OpenRequest {
  /** Gives up the wait for the process, and the lease with it. */
  readonly signal?: AbortSignal;
}

/** Leases a session and waits for its process. */
export async function acquire(
  manager: SessionManager,
  id: string,
  { signal = never, ...request }: Acquire = {},
): Promise<Leased> {
  const lease = await manager.lease(id, request);
  try {
    return {
      ...(await lease.ready(signal)),
      folder: lease.folder,
      turn: (...args) => lease.turn(...args),
      [Symbol.dispose]: () => lease[Symbol.dispose](),
    };
  } catch (error) {
    lease[Symbol.dispose]();
    throw error;
  }
}
