import { descendantsOf, killAll, signal } from "./process-tree.ts";
import { settlesWithin } from "./within.ts";

/** What a process can be asked to end by, gentlest first. */
const endingSteps = ["end_session", "eof", "SIGTERM", "SIGKILL"] as const;
/** One of {@link endingSteps}. */
export type EndingStep = (typeof endingSteps)[number];

/** A process to end. */
export interface Endable {
  readonly pid: number;
  /** Settles when it is gone. */
  readonly exited: Promise<unknown>;
  /** Asks it in its own protocol to end and to stop its background work. */
  endSession(): void;
  closeInput(): void;
}

/**
 * Ends a process in steps, each given `patience` milliseconds, and then whatever it left behind:
 * tools run in process groups of their own and survive their parent.
 * @returns the step that it ended after.
 */
export async function terminate(
  target: Endable,
  { patience, from = "end_session" }: { patience: number; from?: EndingStep },
): Promise<EndingStep> {
  const below = await descendantsOf(target.pid);
  try {
    for (const step of endingSteps.slice(endingSteps.indexOf(from))) {
      take(step, target);
      if (step === "SIGKILL") await target.exited;
      else if (!(await settlesWithin(target.exited, patience))) continue;
      return step;
    }
    return "SIGKILL";
  } finally {
    await killAll(below);
  }
}

function take(step: EndingStep, target: Endable): void {
  switch (step) {
    case "end_session":
      target.endSession();
      break;
    case "eof":
      target.closeInput();
      break;
    default:
      signal(-target.pid, step);
  }
}
