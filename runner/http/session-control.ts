import type { ProcessState } from "#shared/session.ts";

/** What the API may see of and do to the resident processes. */
export interface SessionControl {
  /** The process that serves a session now; undefined when the session is hibernated. */
  processOf(sessionId: string): SessionProcess | undefined;
  /** Ends a session's process; resolves when it is gone: false when there was none. */
  terminate(sessionId: string): Promise<boolean>;
  /**
   * Says something into the turn that runs, under a uuid of its own.
   * @throws CicdError `conflict` when none runs.
   */
  say(sessionId: string, message: { readonly uuid: string; readonly text: string }): Promise<void>;
}

/** A resident process; `pid` is null until it has one. */
interface SessionProcess {
  readonly state: ProcessState;
  readonly pid: number | null;
}
