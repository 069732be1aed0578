import { CicdError, reasonOf } from "#shared/error.ts";
import type { Task } from "#shared/task.ts";
import type { DeadLetterFilter, Outbox, Parcel } from "../outbox.ts";
import type { MessageQueue } from "./bindings.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { fitMessage } from "./fit.ts";

/** What the outbox of a Worker needs. */
export interface QueueOutboxOptions {
  readonly queue: MessageQueue;
  readonly deadLetters: DeadLetters;
  readonly now: () => number;
}

/**
 * The outbox of a Worker: a Cloudflare Queue, which takes and hands out and can't be looked into. So
 * nobody is told to wait for an earlier one, and a delivery that comes twice is put twice: the
 * runner knows it the second time.
 */
export class QueueOutbox implements Outbox {
  readonly #options: QueueOutboxOptions;

  constructor(options: QueueOutboxOptions) {
    this.#options = options;
  }

  async isBehind(): Promise<boolean> {
    return false;
  }

  async put(parcel: Parcel): Promise<"kept"> {
    await this.#send(fitMessage(parcel, this.#options.now()));
    return "kept";
  }

  /** Tells of dead letters alone. */
  async find(taskId: string): Promise<Task | undefined> {
    return await this.#options.deadLetters.find(taskId);
  }

  async dead(limit: number) {
    return await this.#options.deadLetters.list(limit);
  }

  /** Only what is dead by now: what dies of it again is not sent for ever. */
  async replay(filter: DeadLetterFilter): Promise<number> {
    const { deadLetters, now } = this.#options;
    const before = now();
    let replayed = 0;
    for (;;) {
      const letters = await deadLetters.page(filter, before);
      if (letters.length === 0) return replayed;
      for (const letter of letters) {
        await this.#send(letter);
        await deadLetters.remove(letter.task, before);
        replayed += 1;
      }
    }
  }

  async hasRoom(): Promise<boolean> {
    return true;
  }

  async health() {
    return { depth: null, oldest_seconds: null, dead: await this.#options.deadLetters.count() };
  }

  async #send(body: unknown): Promise<void> {
    try {
      await this.#options.queue.send(body);
    } catch (cause) {
      const why = reasonOf(cause);
      throw new CicdError("store_unavailable", `Cannot keep delivery: queue refuses it: ${why}`, {
        cause,
        retryAfter: 10,
      });
    }
  }
}
