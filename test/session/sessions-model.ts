/** One session of the model. */
export interface ModelSession {
  /** Of the process that lives; undefined while the session is hibernated. */
  pid: number | undefined;
  leased: boolean;
  /** When it was given back last. */
  usedAt: number;
  /** All messages that were sent in its conversation. */
  readonly said: string[];
  /** The conversation's id, once a message was sent. */
  conversation: string | undefined;
}

/** The manager's rules over plain objects. */
export class SessionsModel {
  readonly sessions: readonly ModelSession[];
  readonly maxSessions: number;
  now = 0;
  /** How many processes may live: the bound, or what was leased beyond it since it was enforced. */
  allowed: number;

  constructor(count: number, maxSessions: number) {
    this.sessions = Array.from({ length: count }, () => ({
      pid: undefined,
      leased: false,
      usedAt: 0,
      said: [],
      conversation: undefined,
    }));
    this.maxSessions = maxSessions;
    this.allowed = maxSessions;
  }

  get living(): ModelSession[] {
    return this.sessions.filter(({ pid }) => pid !== undefined);
  }

  /** Leases a session; its pid is undefined until the caller knows it, unless it is warm. */
  acquire(session: ModelSession): "warm" | "resumed" | "cold" {
    session.leased = true;
    if (session.pid !== undefined) return "warm";
    // Those that are only just starting count too.
    const residents = this.sessions.filter(({ pid, leased }) => leased || pid !== undefined);
    const surplus = residents.length - this.maxSessions;
    for (const idle of this.#idle().slice(0, Math.max(0, surplus))) idle.pid = undefined;
    const leased = this.sessions.filter((one) => one.leased).length;
    this.allowed = Math.max(this.maxSessions, leased);
    return session.said.length > 0 ? "resumed" : "cold";
  }

  release(session: ModelSession): void {
    session.leased = false;
    session.usedAt = this.now;
  }

  hibernateIdle(timeout: number): number {
    const idle = this.#idle().filter(({ usedAt }) => usedAt + timeout <= this.now);
    for (const session of idle) session.pid = undefined;
    return idle.length;
  }

  /** Least recently used first. */
  #idle(): ModelSession[] {
    return this.living.filter(({ leased }) => !leased).sort((a, b) => a.usedAt - b.usedAt);
  }
}
