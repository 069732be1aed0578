import type { AttemptOutcome } from "./breaker.ts";
import { RecentOutcomes } from "./recent-outcomes.ts";
import { type Load, type Reading, readTriggers, type Thresholds } from "./triggers.ts";

/**
 * How much the runner keeps resident. 0: everything. 1: no process beyond those alive, tasks one at
 * a time. 2: nothing, a process for each task.
 */
export type DegradationLevel = 0 | 1 | 2;

/** A trigger that degraded the runner, and where it stands. */
export type DegradationReason = Pick<Reading, "trigger" | "value" | "threshold">;

/** What a degradation goes by. */
export interface DegradationOptions extends Thresholds {
  /** Without it the level is always 0. */
  readonly enabled: boolean;
  /** Without it the level is always 0. */
  readonly autoDowngrade: boolean;
  /** How long it has to be calm before the level goes down by one, in milliseconds. */
  readonly holdTime?: number;
  readonly onChange?: (
    from: DegradationLevel,
    to: DegradationLevel,
    reasons: readonly DegradationReason[],
  ) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** The levels that triggers lead to, the worst first. */
const degradedLevels = [2, 1] as const;

/**
 * Decides how far to degrade. The level goes up at once, and down by one when all triggers that
 * lead to it have been calm for the hold time.
 */
export class Degradation {
  readonly #options: DegradationOptions;
  readonly #now: () => number;
  readonly #holdTime: number;
  readonly #outcomes = new RecentOutcomes();
  #load: Load = { memoryBytes: undefined, queueDepth: 0, queueLimit: 1 };
  #level: DegradationLevel = 0;
  #reasons: readonly DegradationReason[] = [];
  /** Since when no trigger holds the level; undefined while one does. */
  #calmSince: number | undefined;

  constructor(options: DegradationOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#holdTime = options.holdTime ?? 30_000;
  }

  get level(): DegradationLevel {
    return this.#level;
  }

  /** What holds the level, or held it last when all is calm; empty at level 0. */
  get reasons(): readonly DegradationReason[] {
    return this.#reasons;
  }

  /** Tells the load. To be called by a timer: only so does the level go down where no task runs. */
  sample(load: Load): void {
    this.#load = load;
    this.#decide();
  }

  /** Tells how a task ended; one that was cancelled or that its input failed is not told. */
  record(outcome: AttemptOutcome): void {
    this.#outcomes.record(outcome, this.#now());
    this.#decide();
  }

  #decide(): void {
    const { enabled, autoDowngrade } = this.#options;
    if (!enabled || !autoDowngrade) return;
    const now = this.#now();
    const readings = readTriggers(this.#options, {
      load: this.#load,
      outcomes: this.#outcomes,
      now,
      failuresCountFor: this.#holdTime,
    });
    const asked = degradedLevels.find((level) =>
      readings.some((reading) => reading.level === level && reading.isExceeded),
    );
    if (asked !== undefined && asked > this.#level) this.#become(asked, readings, now);
    else if (this.#level > 0) this.#hold(readings, now);
  }

  /** Stays, or goes down when it has been calm for long enough. */
  #hold(readings: readonly Reading[], now: number): void {
    const reasons = reasonsFor(this.#level, readings);
    if (reasons.length > 0) {
      this.#reasons = reasons;
      this.#calmSince = undefined;
      return;
    }
    this.#calmSince ??= now;
    if (now - this.#calmSince < this.#holdTime) return;
    this.#become(this.#level === 2 ? 1 : 0, readings, now);
  }

  #become(to: DegradationLevel, readings: readonly Reading[], now: number): void {
    const from = this.#level;
    const reasons = reasonsFor(to, readings);
    if (to === 0 || reasons.length > 0) this.#reasons = reasons;
    this.#level = to;
    this.#calmSince = reasons.length > 0 ? undefined : now;
    this.#options.onChange?.(from, to, this.#reasons);
  }
}

/** The triggers of a level that are not calm. */
function reasonsFor(level: DegradationLevel, readings: readonly Reading[]): DegradationReason[] {
  return readings
    .filter((reading) => reading.level === level && !reading.isCalm)
    .map(({ trigger, value, threshold }) => ({ trigger, value, threshold }));
}
