import { CicdError } from "#shared/error.ts";
import { type BackOff, fullJitter } from "#shared/full-jitter.ts";
import type { TaskError } from "#shared/task.ts";
import { toTaskError } from "#shared/task-error.ts";
import { handOff, isRefusal } from "../hand-off.ts";
import { Letter, readLetter } from "../letter.ts";
import type { RunnerClient } from "../runner-client.ts";
import type { Message, MessageBatch } from "./bindings.ts";
import type { DeadLetters } from "./dead-letters.ts";

/** What the consumer of the queues needs. */
export interface ConsumeOptions {
  readonly runner: RunnerClient;
  readonly deadLetters: DeadLetters;
  readonly now: () => number;
  /** Told of each dead letter, and of trouble with the database. */
  readonly onError: (error: CicdError, requestId: string) => void;
}

/** In milliseconds. With the hundred attempts of wrangler.toml these are about 8 hours. */
const backOff: BackOff = { initial: 1000, max: 600_000 };

/** How often the runner may refuse one before it is a dead letter. */
const maxRefusals = 6;

/**
 * Hands over what the queue brings, in order; of the dead-letter queue, whose name ends in `-dead`,
 * it keeps what comes. When the runner is away the rest of a batch waits too, and so stays in order.
 */
export async function consume(batch: MessageBatch, options: ConsumeOptions): Promise<void> {
  const isDead = batch.queue.endsWith("-dead");
  let isAway = false;
  for (const message of batch.messages) {
    if (isAway) again(message);
    else if (isDead) await bury(message, exhausted, options);
    else isAway = (await deliver(message, options)) === "away";
  }
}

async function deliver(message: Message, options: ConsumeOptions): Promise<"away" | undefined> {
  try {
    await handOff(options.runner, readLetter(Letter.parse(message.body)));
    message.ack();
    return undefined;
  } catch (thrown) {
    const error = CicdError.from(thrown);
    if (isRefusal(error) && message.attempts >= maxRefusals) {
      await bury(message, error, options);
      return undefined;
    }
    again(message);
    return error.code === "internal" || isRefusal(error) ? undefined : "away";
  }
}

/** What the queue has given up. */
const exhausted = new CicdError("runner_unavailable", "Cannot hand over to runner: gave up", {
  hint: "The queue has tried for hours: see why the runner could not be reached, then replay",
});

async function bury(message: Message, error: CicdError, options: ConsumeOptions): Promise<void> {
  const { deadLetters, now, onError } = options;
  try {
    const letter = Letter.parse(message.body);
    const reason: TaskError = toTaskError(error);
    await deadLetters.add(letter, reason, now());
    message.ack();
    onError(error, letter.request);
  } catch (thrown) {
    onError(CicdError.from(thrown), "outbox");
    again(message);
  }
}

function again(message: Message): void {
  message.retry({ delaySeconds: Math.ceil(fullJitter(message.attempts, backOff) / 1000) });
}
