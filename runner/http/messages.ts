import type { Handler } from "hono";
import { v7 } from "uuid";
import { type MessageAnswer, MessageBody } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import type { Store } from "../store/store.ts";
import { queueFull, shuttingDown } from "./admit.ts";
import type { RunnerEnv } from "./env.ts";
import { readJson } from "./read-json.ts";
import type { SessionControl } from "./session-control.ts";
import { missing } from "./tasks.ts";

/** What taking in messages of people needs. */
export interface MessageOptions {
  readonly store: Pick<Store, "session" | "tasks" | "ask">;
  readonly sessions: Pick<SessionControl, "say">;
  /** How many tasks may be queued. */
  readonly queueLimit: number;
  /** Whether the runner stops, and so takes nothing in. */
  readonly isDraining: () => boolean;
}

/**
 * `POST /v1/sessions/:id/messages`: says something into the turn that runs, or else makes a task of
 * it that runs after those before it.
 * @throws CicdError `shutting_down`, `not_found`, `unsupported_media_type`, `invalid_request`,
 * `queue_full`.
 */
export function messages(options: MessageOptions): Handler<RunnerEnv, "/sessions/:id/messages"> {
  const { store, queueLimit, isDraining } = options;
  return async (c) => {
    if (isDraining()) throw shuttingDown("take message");
    const id = c.req.param("id");
    if ((await store.session(id)) === undefined) missing("session", id);
    const { text } = await readJson(c, MessageBody, "message");
    const delivered = await deliver(id, text, options);
    if (delivered !== undefined) return c.json(delivered, 202);
    const question = { taskId: v7(), text };
    const asked = (await store.ask(id, question, { limit: queueLimit })) ?? missing("session", id);
    if (asked.outcome === "full") throw queueFull("take message", asked.depth);
    const { taskId, sessionId } = asked;
    const answer = { outcome: "queued", task_id: taskId, session_id: sessionId } as const;
    return c.json(answer satisfies MessageAnswer, 202);
  };
}

/** Undefined when no turn runs that it could go into. */
async function deliver(
  sessionId: string,
  text: string,
  { store, sessions }: MessageOptions,
): Promise<MessageAnswer | undefined> {
  const [task] = await store.tasks({ sessionId, state: "running", limit: 1 });
  if (task === undefined) return undefined;
  const uuid = v7();
  try {
    await sessions.say(sessionId, { uuid, text });
  } catch (error) {
    if (error instanceof CicdError && error.code === "conflict") return undefined;
    throw error;
  }
  return { outcome: "delivered", task_id: task.id, message_id: uuid };
}
