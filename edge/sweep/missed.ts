import type { Attempt } from "./hook.ts";

/** A delivery that may have been missed. */
export interface Candidate {
  readonly id: string;
  /** When it was tried first, in epoch milliseconds. */
  readonly at: number;
  /** One of its tries was answered with a 2xx. */
  readonly delivered: boolean;
  /** The try that was answered so, else the last. */
  readonly attempt: Attempt;
}

/** What is left out. */
export interface MissedOptions {
  /** Names of events; others make no task. */
  readonly events: readonly string[];
  /** Ids that need no second look. */
  readonly known: { has(id: string): boolean };
  readonly limit: number;
}

/** What is to be looked into now, the oldest first, and whether there is more. */
export interface Missed {
  readonly candidates: readonly Candidate[];
  readonly more: boolean;
}

/**
 * The deliveries that may have been missed. Where there are more than `limit`, those that failed go
 * first: a 2xx mostly means that nothing is amiss.
 */
export function missed(attempts: readonly Attempt[], options: MissedOptions): Missed {
  const { events, known, limit } = options;
  const byId = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    if (!events.includes(attempt.event) || known.has(attempt.id)) continue;
    byId.set(attempt.id, [...(byId.get(attempt.id) ?? []), attempt]);
  }
  const all = [...byId].map(([id, tries]): Candidate => {
    const last = tries.reduce((one, other) => (other.at > one.at ? other : one));
    const good = tries.find((one) => one.delivered);
    const at = Math.min(...tries.map((one) => one.at));
    return { id, at, delivered: good !== undefined, attempt: good ?? last };
  });
  const oldestFirst = (a: Candidate, b: Candidate) => a.at - b.at;
  const candidates = all
    .toSorted((a, b) => Number(a.delivered) - Number(b.delivered) || oldestFirst(a, b))
    .slice(0, limit)
    .toSorted(oldestFirst);
  return { candidates, more: all.length > limit };
}
