import { CicdError } from "#shared/error.ts";
import type { Start } from "#shared/task.ts";
import { unlessAborted } from "#shared/unless-aborted.ts";
import type { CliProcess } from "../claude/cli-process.ts";
import type { Meter } from "../claude/connection.ts";
import type { UserMessage } from "../claude/input.ts";
import type { TurnOptions } from "../claude/turn.ts";
import { settlesWithin } from "../claude/within.ts";
import type { Conversation } from "../store/store.ts";
import type { Serving } from "./serving.ts";

/** What a lease is made of. */
export interface LeaseOptions {
  /** The session's workspace. */
  readonly folder: string;
  /** The process was there already. */
  readonly isWarm: boolean;
  readonly serving: Promise<Serving>;
  /** Remembers the conversation, durably. */
  readonly onConversation: (conversation: Conversation) => Promise<void>;
  /** A turn came to its end. */
  readonly onTurnEnd: (serving: Serving) => Promise<void>;
  readonly onRelease: () => void;
}

/** A leased process that can be talked to. */
export interface Ready {
  readonly pid: number;
  readonly start: Start;
  /** Nothing was said in the conversation yet. */
  readonly isNew: boolean;
  /** The CLI's id of it. */
  readonly conversation: string;
}

/** How a turn is followed, stopped and watched. */
export interface LeasedTurnOptions extends TurnOptions {
  readonly meter?: Meter | undefined;
  /** Goes into the turn right behind its message; journaled before. */
  readonly alongside?: readonly UserMessage[] | undefined;
}

/** The end of a turn with what it alone cost, in US dollars. */
export type PricedTurnEnd = Awaited<ReturnType<CliProcess["turn"]>> & { readonly costUsd: number };

/**
 * The use of a session by one task. Its process may still be starting: {@link ready} waits for it.
 * Disposing it gives the session back.
 */
export class Lease implements Disposable {
  readonly folder: string;
  readonly #options: LeaseOptions;
  #running: { readonly process: CliProcess; readonly options: TurnOptions } | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.folder = options.folder;
    options.serving.catch(() => {});
  }

  /**
   * Waits for the process. When the signal aborts, only the wait is given up.
   * @throws CicdError of what went wrong at its start; the signal's reason when it aborts.
   */
  async ready(signal: AbortSignal): Promise<Ready> {
    const { process, start, isRemembered, conversation } = await unlessAborted(
      this.#options.serving,
      signal,
    );
    const how = this.#options.isWarm ? "warm" : start;
    return { pid: process.pid, start: how, isNew: !isRemembered, conversation: conversation.id };
  }

  /** Runs one turn; see `CliProcess.turn`. */
  async turn(message: UserMessage, options: LeasedTurnOptions): Promise<PricedTurnEnd> {
    const serving = await unlessAborted(this.#options.serving, options.signal);
    // Remembered before the CLI hears of it: an id that was used can only be resumed.
    if (!serving.isRemembered) await this.#remember(serving);
    const turn = this.#take(serving, message, options);
    serving.turn = turn;
    return await turn;
  }

  async #take(
    serving: Serving,
    message: UserMessage,
    { meter, alongside = [], ...options }: LeasedTurnOptions,
  ): Promise<PricedTurnEnd> {
    serving.meter = meter;
    const { process } = serving;
    this.#running = { process, options };
    try {
      const turn = process.turn(message, options);
      // A process that can't take them in has told so of the turn itself.
      for (const more of alongside) process.say(more).catch(() => {});
      const end = await turn;
      // The CLI has hung up on the model, of which the other side may hear a moment later.
      if (end.kind === "stopped" && serving.idle) await settlesWithin(serving.idle(), hangUpTime);
      await this.#options.onTurnEnd(serving);
      const { total_cost_usd: total } = ("result" in end ? end.result : undefined) ?? {};
      return { ...end, costUsd: total === undefined ? 0 : countCost(serving, total) };
    } finally {
      this.#running = undefined;
      serving.meter = undefined;
    }
  }

  /**
   * Sends a message into the turn that runs, and journals it there.
   * @throws CicdError `conflict` when none runs, or it is being stopped.
   */
  async say(message: UserMessage): Promise<void> {
    const { process, options } = this.#running ?? {};
    if (process?.state !== "busy" || options === undefined || options.signal.aborted) {
      throw new CicdError("conflict", "No turn runs");
    }
    const { uuid: message_id, text } = message;
    options.onEvent({ type: "message.received", data: { message_id, text } });
    await process.say(message);
  }

  [Symbol.dispose](): void {
    this.#options.onRelease();
  }

  async #remember(serving: Serving): Promise<void> {
    // What is not saved is nothing to come back to.
    if (serving.start !== "one_shot") await this.#options.onConversation(serving.conversation);
    serving.isRemembered = true;
  }
}

/** How long what an interrupted turn had under way is waited for, in milliseconds. */
const hangUpTime = 1000;

/** The CLI counts for the whole conversation: what a turn cost is the difference. */
function countCost(serving: Serving, total: number): number {
  const { costUsd: before } = serving;
  serving.costUsd = total;
  return Math.max(0, total - before);
}
