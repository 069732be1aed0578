import type { ErrorCode } from "#shared/error.ts";
import type { TaskResult } from "#shared/task.ts";
import type { Outcome } from "../store/store.ts";
import type { AttemptOutcome, Breaker, Permit } from "./breaker.ts";
import type { Degradation } from "./degradation.ts";

/** Lets attempts through as long as the agent backend is up, and learns from how they end. */
export class Guard {
  readonly #breaker: Breaker;
  readonly #degradation: Degradation;

  constructor(breaker: Breaker, degradation: Degradation) {
    this.#breaker = breaker;
    this.#degradation = degradation;
  }

  /** When attempts may be let through again, in epoch milliseconds; undefined when they may. */
  get retryAt(): number | undefined {
    return this.#breaker.retryAt;
  }

  /** The right to one attempt, if there is one. Disposing it counts for nothing. */
  tryAcquire(): Permit | undefined {
    return this.#breaker.tryAcquire();
  }

  /** Tells how an attempt ended. */
  record(permit: Permit, outcome: Outcome): void {
    const verdict = verdictOf(outcome);
    if (verdict === undefined) {
      permit[Symbol.dispose]();
    } else {
      permit.record(verdict);
      this.#degradation.record(verdict);
    }
  }
}

/** Trouble of the model's API or the CLI, not of a pull request, a repository or the settings. */
const backendFailures: ReadonlySet<string> = new Set<ErrorCode>([
  "model_overloaded",
  "model_unreachable",
  "turn_timeout",
  "cli_exited",
  "cli_silent",
  "cli_start_timeout",
  "cli_protocol",
  "session_lost",
  "input_poisonous",
]);

/** What an outcome tells of the backend; undefined when nothing. */
function verdictOf(outcome: Outcome): AttemptOutcome | undefined {
  if (outcome.state === "succeeded") {
    return tellsNothing(outcome.result) ? undefined : "success";
  }
  const isFailure = "error" in outcome && backendFailures.has(outcome.error.code);
  return isFailure ? "failure" : undefined;
}

/** The backend had no part in it. */
function tellsNothing(result: TaskResult): boolean {
  return result.kind === "close" || (result.kind === "review" && result.cached === true);
}
