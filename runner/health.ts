import type { Health } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import type { Breaker } from "./resilience/breaker.ts";
import type { Degradation } from "./resilience/degradation.ts";
import type { QueueStats, Store } from "./store/store.ts";

/** What the health of a runner is told from. */
export interface HealthSources {
  readonly store: Pick<Store, "stats">;
  /** Why nothing can be written; undefined when all is well. */
  readonly storeTrouble?: () => CicdError | undefined;
  /** Resident processes. */
  readonly sessions: () => number;
  readonly degradation: Pick<Degradation, "level" | "reasons">;
  readonly breaker: Pick<Breaker, "state">;
  readonly queueLimit: number;
  readonly isDraining: () => boolean;
  readonly version: string;
  /** Epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
  /** Seconds since the start. */
  readonly uptime: () => number;
}

/** Above this share of the queue's limit the runner is called degraded. */
const fullQueueShare = 0.8;

/** How the runner is, and why it is not healthy where it is not. */
export async function readHealth(sources: HealthSources): Promise<Health> {
  const { store, sessions, degradation, breaker, version, uptime } = sources;
  const read = await store.stats().catch((error: unknown) => CicdError.from(error));
  const stats = sources.storeTrouble?.() ?? read;
  const facts = {
    sessions: sessions(),
    degradation_level: degradation.level,
    breaker: breaker.state,
    version,
    uptime_seconds: uptime(),
  };
  if (stats instanceof CicdError) {
    const problems = [stats.message];
    const nothing = { queue_depth: 0, running: 0, oldest_queued_seconds: null };
    return { status: "unhealthy", ...nothing, problems, ...facts };
  }
  const problems = problemsOf(stats, sources);
  const status = problems.length === 0 ? "healthy" : "degraded";
  const { queued, running, oldestQueuedAt } = stats;
  const { now = Date.now } = sources;
  const oldest_queued_seconds =
    oldestQueuedAt === undefined ? null : secondsSince(oldestQueuedAt, now());
  return { status, queue_depth: queued, running, oldest_queued_seconds, problems, ...facts };
}

/** How long ago that was, both in epoch milliseconds; 0 for a clock that was set back. */
export function secondsSince(then: number, now: number): number {
  return Math.max(0, now - then) / 1000;
}

function problemsOf(
  { queued }: QueueStats,
  { queueLimit, isDraining, degradation, breaker }: HealthSources,
): string[] {
  const problems: string[] = [];
  if (isDraining()) problems.push("Runner is stopping and takes no more tasks");
  if (queued > queueLimit * fullQueueShare) {
    problems.push(`Queue is nearly full: ${queued} of ${queueLimit}`);
  }
  if (degradation.level > 0) {
    const why = degradation.reasons.map(
      ({ trigger, value, threshold }) => `${trigger} is ${value}, limit ${threshold}`,
    );
    problems.push(`Degraded to level ${degradation.level}: ${why.join("; ")}`);
  }
  if (breaker.state !== "closed") {
    problems.push(`Breaker is ${breaker.state}: tasks wait until the model answers again`);
  }
  return problems;
}
