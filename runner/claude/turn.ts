import { CicdError, reasonOf } from "#shared/error.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { Decision, PermissionRequest } from "./permission.ts";
import type { TurnEnd } from "./process-state.ts";

/** How a turn is followed and stopped. */
export interface TurnOptions {
  /** Aborting it interrupts the turn, which then ends as stopped, with the signal's reason. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: JournalEvent) => void;
  /** Names of the tools that may run in this turn; default all that the process was started with. */
  readonly tools?: readonly string[] | undefined;
  /**
   * Decides about a tool that the command line does not decide about; without it all such are
   * denied. `signal` aborts when the turn is over.
   */
  readonly onPermission?:
    | ((request: PermissionRequest, signal: AbortSignal) => Promise<Decision>)
    | undefined;
}

/** How a hung process is noticed. */
export interface WatchOptions {
  /** How long it may say nothing in a turn while nobody else is at work for it; milliseconds. */
  readonly silenceTimeout: number;
  /**
   * Whether the model's API works on a request of this process. Where that can't be known, it is
   * taken for granted once the CLI has taken the message up.
   */
  readonly isModelAtWork?: (() => boolean) | undefined;
}

/** A turn under way: who waits for its end, and whether somebody is at work for it. */
export class Turn implements Disposable {
  readonly end = Promise.withResolvers<TurnEnd>();
  /** The CLI has taken the message up. */
  isTaken = false;
  readonly #options: TurnOptions;
  readonly #watch: WatchOptions;
  readonly #silence: NodeJS.Timeout;
  readonly #hung = new AbortController();
  readonly #over = new AbortController();
  /** Calls of tools without an answer yet, and questions to people. */
  readonly #open = new Set<string>();

  constructor(options: TurnOptions, watch: WatchOptions) {
    this.#options = options;
    this.#watch = watch;
    this.end.promise.catch(() => {});
    this.#silence = setInterval(() => this.#checkSilence(), watch.silenceTimeout);
  }

  /** Aborts, with a CicdError `cli_silent`, when the process hangs. */
  get hung(): AbortSignal {
    return this.#hung.signal;
  }

  /** The process said something. */
  heard(): void {
    this.#silence.refresh();
  }

  emit(event: JournalEvent): void {
    if (event.type === "tool.use") this.#open.add(event.data.id);
    if (event.type === "tool.result") this.#open.delete(event.data.id);
    this.#options.onEvent(event);
  }

  /** Whether a tool may run in this turn at all. */
  offers(tool: string): boolean {
    return this.#options.tools?.includes(tool) ?? true;
  }

  /** Asks whether a tool may run. A handler that fails denies. */
  async decide(request: PermissionRequest): Promise<Decision> {
    const { onPermission } = this.#options;
    if (!this.offers(request.tool)) return notOffered;
    if (onPermission === undefined) return notListed;
    this.#open.add(request.id);
    try {
      return await onPermission(request, this.#over.signal);
    } catch (error) {
      const why = reasonOf(error);
      return { behavior: "deny", message: `Nobody could be asked: ${why}` };
    } finally {
      this.#open.delete(request.id);
      // It has been waiting, and was not silent: its time begins with the answer.
      this.#silence.refresh();
    }
  }

  /** The turn is over. */
  [Symbol.dispose](): void {
    clearInterval(this.#silence);
    this.#over.abort(new Error("Turn is over"));
  }

  #checkSilence(): void {
    const { silenceTimeout, isModelAtWork = () => this.isTaken } = this.#watch;
    if (this.#open.size > 0 || isModelAtWork()) return;
    const message = `CLI said nothing for ${silenceTimeout} ms with nothing at work for it`;
    this.#hung.abort(new CicdError("cli_silent", message));
  }
}

/** The answer about a tool that the process has for other turns. */
export const notOffered = {
  behavior: "deny",
  message: "This task allows no more than the tools of its skill",
} as const satisfies Decision;

/** The answer where nobody decides: only what the command line lists may run. */
export const notListed: Decision = {
  behavior: "deny",
  message: "This runner allows no more than its list of tools",
};
