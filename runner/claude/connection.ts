import type { Tokens } from "#shared/task.ts";

/** Who watches what a process uses of the model. */
export interface Meter {
  /** Asked before each request; a text refuses it. */
  refuse(): string | undefined;
  /** Counts a request that was answered. */
  spend(model: string, tokens: Tokens): void;
}

/** How one process reaches the model's API. Disposal takes its right to do so away. */
export interface Connection extends Disposable {
  /** The whole environment of the process. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether the API works on a request of this process; undefined where that can't be known. */
  readonly isModelAtWork?: (() => boolean) | undefined;
  /** Waits for the requests that are under way; what they use is counted by then. */
  readonly idle?: (() => Promise<void>) | undefined;
}
