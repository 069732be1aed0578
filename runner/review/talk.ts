import { v5 } from "uuid";
import { CicdError } from "#shared/error.ts";
import { addTokens, type Task, type Usage } from "#shared/task.ts";
import type { UserMessage } from "../claude/input.ts";
import type { Lease, Ready } from "../session/lease.ts";
import type { Skill } from "../skills/skill.ts";
import type { Subject } from "../subject.ts";
import type { Checkout } from "../workspace/checkout.ts";
import { type Answer, type AskOptions, ask } from "./ask.ts";
import type { LastReview } from "./last-review.ts";
import type { Background } from "./scope.ts";

/** Who is talked to, and about what. */
export interface Talk {
  readonly lease: Lease;
  readonly ready: Ready;
  readonly subject: Subject;
  readonly checkout: Checkout;
  /** What was said last about the pull request, in whatever conversation. */
  readonly lastReview: LastReview | undefined;
  /** What people said into turns of this task that did not survive; the CLI takes each once. */
  readonly received: readonly UserMessage[];
  /** What the task goes by. */
  readonly skills: readonly Skill[];
}

/** What the conversation of a talk knows already. */
export function backgroundOf({ ready, lastReview }: Talk): Background {
  const { isNew, conversation } = ready;
  return { isNew, lastReview, isKnown: !isNew && lastReview?.conversation === conversation };
}

/** What a talk took, all its turns together. */
export interface Spent {
  readonly usage: Usage;
  readonly turn_ms: number;
}

/** Says something, and gives the answer; each step of a task is said once in a conversation. */
export type Say = (step: string, text: string) => Promise<Answer | undefined>;

/** The voice of one attempt. What people said before goes along with its first message. */
export function voice(task: Task, talk: Talk, options: AskOptions): Say {
  let alongside = talk.received;
  return async (step, text) => {
    const message = { uuid: messageId(task, step), text };
    const answer = ask(talk, message, { ...options, alongside });
    alongside = [];
    return await answer;
  };
}

/** @throws CicdError `cli_protocol` when the CLI takes even a new message for an answered one. */
export function answered(answer: Answer | undefined): Answer {
  if (answer !== undefined) return answer;
  throw new CicdError("cli_protocol", "CLI gave no answer to a new message");
}

/** The sum of some answers. */
export function spent([first, ...others]: readonly [Answer, ...Answer[]]): Spent {
  const start = { usage: first.usage, turn_ms: first.duration_ms };
  return others.reduce(
    ({ usage, turn_ms }, answer) => ({
      usage: {
        ...addTokens(usage, answer.usage),
        cost_usd: usage.cost_usd + answer.usage.cost_usd,
      },
      turn_ms: turn_ms + answer.duration_ms,
    }),
    start,
  );
}

/**
 * The same for the same attempt, so that a message that is sent again after a crash is answered
 * once; another for the next attempt, since the CLI never answers a message that failed.
 */
function messageId({ id, attempt }: Task, step: string): string {
  return v5(`${attempt}:${step}`, id);
}
