import type { Start } from "#shared/task.ts";
import type { CliProcess, TurnEnd, TurnOptions } from "../claude/cli-process.ts";
import type { UserMessage } from "../claude/input.ts";
import type { Conversation } from "../store/store.ts";

/** What a lease is made of. */
export interface LeaseOptions {
  readonly process: CliProcess;
  readonly start: Start;
  readonly conversation: Conversation;
  /** The conversation is remembered already: a message was sent in it. */
  readonly isRemembered: boolean;
  /** Remembers the conversation, durably. */
  readonly onConversation: (conversation: Conversation) => Promise<void>;
  readonly onRelease: () => void;
}

/** The end of a turn with what it alone cost, in US dollars. */
export type PricedTurnEnd = TurnEnd & { readonly costUsd: number };

/** The use of a session's process by one task. Disposing it gives the process back. */
export class Lease implements Disposable {
  readonly start: Start;
  readonly pid: number;
  readonly #options: LeaseOptions;
  #conversation: Conversation;
  #isRemembered: boolean;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#conversation = options.conversation;
    this.#isRemembered = options.isRemembered;
    this.start = options.start;
    this.pid = options.process.pid;
  }

  /** Runs one turn; see {@link CliProcess.turn}. */
  async turn(message: UserMessage, options: TurnOptions): Promise<PricedTurnEnd> {
    // Remembered before the CLI hears of it: an id that was used can only be resumed.
    if (!this.#isRemembered) await this.#remember(this.#conversation);
    const end = await this.#options.process.turn(message, options);
    if (end.kind !== "result") return { ...end, costUsd: 0 };
    const { costUsd: before } = this.#conversation;
    const total = end.result.total_cost_usd;
    if (total !== before) await this.#remember({ ...this.#conversation, costUsd: total });
    // The CLI counts for the whole conversation; a total that fell was counted from 0 again.
    return { ...end, costUsd: total >= before ? total - before : total };
  }

  [Symbol.dispose](): void {
    this.#options.onRelease();
  }

  async #remember(conversation: Conversation): Promise<void> {
    await this.#options.onConversation(conversation);
    this.#conversation = conversation;
    this.#isRemembered = true;
  }
}
