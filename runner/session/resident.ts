import { CicdError } from "#shared/error.ts";
import type { Exit } from "../claude/failure.ts";
import type { Lease } from "./lease.ts";
import type { Serving } from "./serving.ts";

/** How a session is made resident. */
export interface ResidentOptions {
  /** Its workspace. */
  readonly folder: Promise<string>;
  /** Gets it its process. The signal aborts when the session is not to have one any more. */
  readonly open: (ending: AbortSignal) => Promise<Serving>;
  /** Its process has the settings for pull requests from forks. */
  readonly isConfined: boolean;
  /** It ends with its release. */
  readonly isTransient: boolean;
  /** Epoch milliseconds. */
  readonly usedAt: number;
  /** Its process is gone; never rejects. */
  readonly onExit: (serving: Serving, exit: Exit) => Promise<void>;
}

/** A session that has a process, or is getting one. */
export class Resident {
  readonly folder: Promise<string>;
  readonly opening: Promise<Serving>;
  readonly isConfined: boolean;
  readonly isTransient: boolean;
  /** Settles, and never rejects, when its process is gone and that is seen to, or will never come. */
  readonly gone: Promise<void>;
  /** Whoever uses it now. */
  lease: Lease | "coming" | undefined;
  /** Epoch milliseconds of its last release. */
  usedAt: number;
  #serving: Serving | undefined;
  readonly #ending = new AbortController();

  constructor({ folder, open, isConfined, isTransient, usedAt, onExit }: ResidentOptions) {
    this.folder = folder;
    this.opening = open(this.#ending.signal);
    this.isConfined = isConfined;
    this.isTransient = isTransient;
    this.usedAt = usedAt;
    folder.catch(() => {});
    this.gone = this.opening.then(
      async (serving) => {
        this.#serving = serving;
        await onExit(serving, await serving.process.exited);
      },
      () => {},
    );
  }

  /** Its process, once it is there. */
  get serving(): Serving | undefined {
    return this.#serving;
  }

  /** Ends its process, also one that is still starting. */
  async end(): Promise<void> {
    this.#ending.abort(new CicdError("shutting_down", "Cannot start process: session is ended"));
    await this.opening.then(
      ({ process }) => process.end(),
      () => {},
    );
    await this.gone;
  }
}
