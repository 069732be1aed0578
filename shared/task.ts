import * as z from "zod";
import { errorCategories } from "./error.ts";
import { Report } from "./report.ts";
import { Review } from "./review.ts";
import { TaskEvent } from "./task-event.ts";

/**
 * What a task does for its session: `review`, `ask`, `analyze` and `test` run turns, `help` tells what
 * there is, `cancel` has ended the others, `close` ends the session.
 */
export const TaskKind = z.enum(["review", "ask", "analyze", "test", "help", "cancel", "close"]);
/** {@link TaskKind} as a type. */
export type TaskKind = z.infer<typeof TaskKind>;

/** `queued -> running -> succeeded | failed | cancelled | superseded`; `running -> queued` on retry. */
export const TaskState = z.enum([
  "queued",
  "running",
  "succeeded",
  "failed",
  "cancelled",
  "superseded",
]);
/** {@link TaskState} as a type. */
export type TaskState = z.infer<typeof TaskState>;

/** The states that a task ends in; none is ever left again. */
export const TerminalState = TaskState.extract(["succeeded", "failed", "cancelled", "superseded"]);
/** {@link TerminalState} as a type. */
export type TerminalState = z.infer<typeof TerminalState>;

/** Whether a task has ended. */
export function isTerminal(state: TaskState): state is TerminalState {
  return TerminalState.safeParse(state).success;
}

/** Tokens as the Messages API counts them: the three kinds of input have none in common. */
const Tokens = z.object({
  input_tokens: z.int().nonnegative(),
  output_tokens: z.int().nonnegative(),
  cache_read_input_tokens: z.int().nonnegative(),
  cache_creation_input_tokens: z.int().nonnegative(),
});
/** {@link Tokens} as a type. */
export type Tokens = z.infer<typeof Tokens>;

/** The sum of two. */
export function addTokens(one: Tokens, other: Tokens): Tokens {
  return {
    input_tokens: one.input_tokens + other.input_tokens,
    output_tokens: one.output_tokens + other.output_tokens,
    cache_read_input_tokens: one.cache_read_input_tokens + other.cache_read_input_tokens,
    cache_creation_input_tokens:
      one.cache_creation_input_tokens + other.cache_creation_input_tokens,
  };
}

/** What the model used in one task, the cost in US dollars. */
export const Usage = Tokens.extend({ cost_usd: z.number().nonnegative() });
/** {@link Usage} as a type. */
export type Usage = z.infer<typeof Usage>;

/** What the model used in any number of requests, and how long its turns took in milliseconds. */
export const Spending = Usage.extend({
  model_requests: z.int().nonnegative(),
  turn_ms: z.int().nonnegative(),
});
/** {@link Spending} as a type. */
export type Spending = z.infer<typeof Spending>;

/** Before anything is spent. */
export const noSpending: Spending = {
  model_requests: 0,
  input_tokens: 0,
  output_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
  cost_usd: 0,
  turn_ms: 0,
};

/**
 * How the process of a turn came to be: `cold` was started for a new conversation, `spare` before
 * it was known, `resumed` for one that goes on; `warm` was already there; `one_shot` was started for
 * one task that nothing else could run.
 */
export const Start = z.enum(["cold", "spare", "resumed", "warm", "one_shot"]);
/** {@link Start} as a type. */
export type Start = z.infer<typeof Start>;

/** Where the time of a task went, in milliseconds. */
export const Timing = z.object({
  start: Start,
  /** From acceptance to the first attempt's start. */
  wait_ms: z.number().nonnegative(),
  /** Fetching the commits and reading the diff. */
  workspace_ms: z.number().nonnegative(),
  /** Waiting for the process when the workspace was ready; near 0 when it is warm, or a spare. */
  process_ms: z.number().nonnegative(),
  /** From the message sent to its result, repeats included. */
  turn_ms: z.number().nonnegative(),
});

/** {@link Timing} as a type. */
export type Timing = z.infer<typeof Timing>;

/** A changed file that a review was not shown: excluded by configuration, or too large for the prompt. */
export const OmittedFile = z.object({
  path: z.string(),
  reason: z.enum(["excluded", "too_large"]),
});
/** {@link OmittedFile} as a type. */
export type OmittedFile = z.infer<typeof OmittedFile>;

/** Names of the skills that a task went by, in their order; absent where it needs none. */
const SkillNames = z.array(z.string()).optional();

/** A branch that was made for tests: one commit, `sha`, on top of the head. */
const WrittenBranch = z.object({ branch: z.string(), sha: z.string(), url: z.url() });
/** {@link WrittenBranch} as a type. */
export type WrittenBranch = z.infer<typeof WrittenBranch>;

/** What a task that succeeded leaves. */
export const TaskResult = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("review"),
    head_sha: z.string(),
    review: Review,
    /** Where it is not empty, this is no review of the whole change. Missing in old results. */
    omitted_files: z.array(OmittedFile).optional(),
    /** The head whose review this one went on from, by looking at what changed since. */
    since_sha: z.string().optional(),
    /** The CLI's conversation that it was given in: who goes on in it knows this review. */
    conversation: z.string().optional(),
    /**
     * It was made before, of the same change, and is given again without a turn: `usage` is nothing,
     * and `timing.start` tells of the turn that gave it.
     */
    cached: z.literal(true).optional(),
    skills: SkillNames,
    usage: Usage,
    timing: Timing,
  }),
  z.object({
    kind: z.literal("answer"),
    /** As the model wrote it, or ours; Markdown. */
    text: z.string(),
    /** What was asked for in a form; the text tells the same. */
    report: Report.optional(),
    /** Where its tests were put, when that was asked for. */
    written: WrittenBranch.optional(),
    skills: SkillNames,
    /** These three are absent where no turn was needed. */
    head_sha: z.string().optional(),
    usage: Usage.optional(),
    timing: Timing.optional(),
  }),
  /** There was nothing to say. */
  z.object({ kind: z.literal("none"), reason: z.string() }),
  z.object({ kind: z.literal("close") }),
]);
/** {@link TaskResult} as a type. */
export type TaskResult = z.infer<typeof TaskResult>;

/** Why a task failed. */
export const TaskError = z.object({
  code: z.string(),
  category: z.enum(errorCategories),
  message: z.string(),
  hint: z.string().optional(),
  /** What the model had said when its turn failed: text, and no whole answer. */
  partial: z.string().optional(),
});
/** {@link TaskError} as a type. */
export type TaskError = z.infer<typeof TaskError>;

const Time = z.iso.datetime();

/** One unit of work for a session, as the API shows it. Times are ISO 8601 in UTC. */
export const Task = z.object({
  id: z.uuid(),
  session_id: z.uuid(),
  delivery_id: z.string(),
  kind: TaskKind,
  state: TaskState,
  /** How often it was started, from 0. */
  attempt: z.int().nonnegative(),
  event: TaskEvent,
  /** What somebody asks or says with a command, or what failed; null where that is nothing. */
  message: z.string().nullable(),
  result: TaskResult.nullable(),
  error: TaskError.nullable(),
  created_at: Time,
  started_at: Time.nullable(),
  ended_at: Time.nullable(),
});
/** {@link Task} as a type. */
export type Task = z.infer<typeof Task>;
