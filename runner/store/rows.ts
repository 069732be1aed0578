import * as z from "zod";
import { CicdError } from "#shared/error.ts";
import { type JournalEntry, JournalEvent } from "#shared/journal.ts";
import { type Task, TaskError, TaskKind, TaskResult, TaskState } from "#shared/task.ts";
import { TaskEvent } from "#shared/task-event.ts";
import type { Interruption, SessionRecord } from "./store.ts";
import type { Row } from "./work.ts";

const taskRow = z.object({
  id: z.string(),
  session: z.string(),
  delivery: z.string(),
  kind: TaskKind,
  state: TaskState,
  attempt: z.number(),
  event: json(TaskEvent),
  message: json(z.string()).nullable(),
  result: json(TaskResult).nullable(),
  error: json(TaskError).nullable(),
  created_at: z.number(),
  started_at: z.number().nullable(),
  ended_at: z.number().nullable(),
});

/**
 * A row of the table `task`.
 * @throws CicdError `internal` when this program does not understand it.
 */
export function toTask(row: Row): Task {
  const task = readTask(row);
  if (task instanceof Error) throw task;
  return task;
}

/** The same; an error is returned, for those who go on without the task. */
export function readTask(row: Row): Task | CicdError {
  const parsed = taskRow.safeParse(row);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join(".");
    return new CicdError(
      "internal",
      `Cannot read stored task ${row.id}: ${where}: ${issue?.message}`,
      {
        cause: parsed.error,
        hint: "Another release of cicd-runner wrote it: ask for the task once more",
      },
    );
  }
  const { session, delivery, created_at, started_at, ended_at, ...rest } = parsed.data;
  return {
    ...rest,
    session_id: session,
    delivery_id: delivery,
    created_at: toTime(created_at),
    started_at: started_at === null ? null : toTime(started_at),
    ended_at: ended_at === null ? null : toTime(ended_at),
  };
}

const eventRow = z.object({
  n: z.number(),
  at: z.number(),
  type: z.string(),
  data: json(z.unknown()),
});

/** A row of the table `event`. */
export function toEntry(row: Row, taskId: string, sessionId: string): JournalEntry {
  const { n, at, type, data } = eventRow.parse(row);
  const event = JournalEvent.parse({ type, data });
  return { seq: n, time: toTime(at), task_id: taskId, session_id: sessionId, ...event };
}

const sessionRow = z.object({
  id: z.string(),
  forge: z.string(),
  host: z.string(),
  owner: z.string(),
  repository: z.string(),
  number: z.number(),
  conversation: z.string().nullable(),
  conversation_cost: z.number(),
  transcript: z.string().nullable(),
  workspace: z.string().nullable(),
  holder: z.string().nullable(),
  created_at: z.number(),
  active_at: z.number(),
});

/** A row of the table `session`. */
export function toSession(row: Row): SessionRecord {
  const { conversation, conversation_cost, transcript, created_at, active_at, ...rest } =
    sessionRow.parse(row);
  return {
    ...rest,
    conversation:
      conversation === null ? null : { id: conversation, costUsd: conversation_cost, transcript },
    createdAt: created_at,
    activeAt: active_at,
  };
}

const interruptionColumn = json(
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("cancelled"), reason: z.string() }),
    z.object({ kind: z.literal("superseded"), by: z.string() }),
  ]),
);

/** The column `interruption` of the table `task`. */
export function readInterruption(column: unknown): Interruption | undefined {
  return interruptionColumn.safeParse(column).data;
}

function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function json<S extends z.ZodType>(schema: S) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue("must be JSON");
        return z.NEVER;
      }
    })
    .pipe(schema);
}
