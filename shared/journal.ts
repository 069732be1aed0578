import * as z from "zod";
import { Place } from "./review.ts";
import { Start, TaskError, TaskKind, TaskResult, Usage } from "./task.ts";

/** Each kind of journal event with its data. */
const variants = [
  /** `replay_of` is the failed task that this one repeats. */
  event("task.queued", {
    kind: TaskKind,
    replay_of: z.uuid().optional(),
    /** The model is asked, also when the same was reviewed before. */
    force: z.boolean().optional(),
    /** The tasks that end for it. */
    supersedes: z.array(z.uuid()).optional(),
  }),
  event("task.started", { attempt: z.int().positive(), host: z.string() }),
  /** A step of preparing the checkout begins; `wait` is for another fetch from the repository. */
  event("workspace.step", { step: z.enum(["wait", "fetch", "checkout", "diff"]) }),
  /** How far a long fetch is, in objects; at most once a second. */
  event("workspace.progress", {
    phase: z.enum(["receiving", "resolving"]),
    done: z.int().nonnegative(),
    total: z.int().nonnegative(),
  }),
  event("workspace.ready", {
    head_sha: z.string(),
    merge_base: z.string(),
    files: z.int().nonnegative(),
    diff_bytes: z.int().nonnegative(),
    duration_ms: z.number(),
  }),
  event("session.starting", { start: Start }),
  event("session.ready", { start: Start, pid: z.int().nullable(), duration_ms: z.number() }),
  event("session.resumed", { pid: z.int().nullable(), duration_ms: z.number() }),
  event("turn.started", { turn_id: z.string(), start: Start }),
  event("message.delta", { text: z.string() }),
  event("thinking.delta", { text: z.string() }),
  /** Somebody said something into the turn that runs. */
  event("message.received", { message_id: z.string(), text: z.string() }),
  event("tool.use", { id: z.string(), name: z.string(), input: z.unknown() }),
  event("tool.result", { id: z.string(), is_error: z.boolean(), text: z.string() }),
  /** Whether a tool may run is asked of people, who have time until `expires_at`. */
  event("permission.requested", {
    request_id: z.string(),
    tool: z.string(),
    input: z.record(z.string(), z.unknown()),
    expires_at: z.iso.datetime(),
  }),
  event("permission.resolved", {
    request_id: z.string(),
    behavior: z.enum(["allow", "deny"]),
    by: z.enum(["api", "timeout", "turn_over"]),
    /** What the model is told of a denial; null when the tool may run. */
    message: z.string().nullable(),
  }),
  /** The model's API refused a request, and the CLI tries again. */
  event("model.retry", {
    attempt: z.int(),
    status: z.int().nullable(),
    delay_ms: z.number(),
    message: z.string(),
  }),
  /** A line of the CLI that was longer than allowed and was left out. */
  event("output.dropped", { bytes: z.int() }),
  /** A line of the CLI that is no JSON or of a type that is not known; kept as it came. */
  event("output.unknown", { line: z.string() }),
  event("turn.completed", {
    turn_id: z.string(),
    usage: Usage,
    duration_ms: z.number(),
    /** What of that the CLI did not need: the product's own share. */
    overhead_ms: z.number(),
    model_turns: z.int(),
  }),
  /** The same was reviewed before, for the task `of`: that review stands, and no turn runs. */
  event("review.recalled", { of: z.string(), reviewed_at: z.iso.datetime() }),
  /** The turn was interrupted, or hung; `step` is what ended it, and all but the first the process. */
  event("turn.stopped", {
    step: z.enum(["interrupt", "end_session", "eof", "SIGTERM", "SIGKILL"]),
  }),
  /** So many processes have died or hung over the same message. */
  event("input.poisonous", { deaths: z.int().positive() }),
  /** The model's work is done and kept: what is tried again from here on is publishing it. */
  event("result.stored", {
    result: TaskResult,
    /** Where each finding can be shown, in their order; null when the diff does not show its line. */
    places: z.array(Place.nullable()),
  }),
  /** The result is on the page of the pull request. */
  event("task.published", {
    url: z.string(),
    /**
     * Comments on lines that are new, open again, or settled because nothing is found there. This and
     * all below is told of reviews alone.
     */
    added: z.int().nonnegative().optional(),
    reopened: z.int().nonnegative().optional(),
    settled: z.int().nonnegative().optional(),
    /** Findings that stand in the summary alone. */
    unplaced: z.int().nonnegative().optional(),
    /** `blocked` when a finding is as severe as `publish.fail_on`. */
    state: z.enum(["clean", "found", "blocked"]).optional(),
  }),
  event("task.retrying", { attempt: z.int(), delay_ms: z.number(), error: TaskError }),
  event("task.succeeded", { result: TaskResult }),
  event("task.failed", { error: TaskError }),
  event("task.cancelled", { reason: z.string() }),
  event("task.superseded", { by: z.string() }),
] as const;

/** A journal event before it has its place: `{type, data}`. */
export const JournalEvent = z.discriminatedUnion("type", variants);
/** {@link JournalEvent} as a type. */
export type JournalEvent = z.infer<typeof JournalEvent>;

/** The name of a journal event. */
export type JournalType = JournalEvent["type"];

/** The names of all journal events, as an EventSource has to listen for each. */
export const journalTypes: readonly JournalType[] = variants.map(({ shape }) => shape.type.value);

/**
 * The place of an event. `seq` counts from 1 within its task without a gap, and is the SSE `id`;
 * `time` is ISO 8601 in UTC.
 */
const JournalPlace = z.object({
  seq: z.int().positive(),
  time: z.iso.datetime(),
  task_id: z.uuid(),
  session_id: z.uuid(),
});

/** One entry of a task's journal, and the data of one SSE message. */
export const JournalEntry = z.intersection(JournalPlace, JournalEvent);
/** {@link JournalEntry} as a type. */
export type JournalEntry = z.infer<typeof JournalEntry>;

/** `GET /v1/tasks/{id}/journal`: in order; `more` when the journal goes on behind the last. */
export const JournalPage = z.object({ entries: z.array(JournalEntry), more: z.boolean() });

/** Whether an event of this type ends its task's journal. */
export function isTerminalType(type: JournalType): boolean {
  return terminalTypes.has(type);
}

const terminalTypes: ReadonlySet<JournalType> = new Set<JournalType>([
  "task.succeeded",
  "task.failed",
  "task.cancelled",
  "task.superseded",
]);

function event<T extends string, S extends z.ZodRawShape>(type: T, data: S) {
  return z.object({ type: z.literal(type), data: z.object(data) });
}
