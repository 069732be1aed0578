import type { Hono } from "hono";
import { v7 } from "uuid";
import type { MessageAnswer } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { takeMessage } from "#shared/routes/sessions.ts";
import type { Store } from "../store/store.ts";
import { queueFull, shuttingDown } from "./admit.ts";
import type { RunnerEnv } from "./env.ts";
import { serve } from "./serve.ts";
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
 * Says something into the turn that runs, or else makes a task of it that runs after those before
 * it.
 * @throws CicdError from requests: `shutting_down`, `not_found`, `queue_full`.
 */
export function serveMessages(app: Hono<RunnerEnv>, options: MessageOptions): void {
  const { store, queueLimit, isDraining } = options;
  serve(app, takeMessage, async ({ params: { id }, body: { text } }) => {
    if ((await store.session(id)) === undefined) missing("session", id);
    // A turn that is let end before the runner stops still hears.
    const delivered = await deliver(id, text, options);
    if (delivered !== undefined) return delivered;
    if (isDraining()) throw shuttingDown("take message");
    const question = { taskId: v7(), text };
    const asked = (await store.ask(id, question, { limit: queueLimit })) ?? missing("session", id);
    if (asked.outcome === "full") throw queueFull("take message", asked.depth);
    return { outcome: "queued" as const, task_id: asked.taskId, session_id: asked.sessionId };
  });
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
