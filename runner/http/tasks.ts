import type { Hono } from "hono";
import { CicdError } from "#shared/error.ts";
import { defaultLimit } from "#shared/routes/parts.ts";
import { cancelTask, getTask, listTasks } from "#shared/routes/tasks.ts";
import type { Store } from "../store/store.ts";
import type { RunnerEnv } from "./env.ts";
import { serve } from "./serve.ts";

/** What the routes about tasks need. */
export interface TaskOptions {
  readonly store: Pick<Store, "task" | "tasks" | "cancel">;
}

/** Lists, shows and cancels tasks. */
export function serveTasks(app: Hono<RunnerEnv>, { store }: TaskOptions): void {
  serve(app, listTasks, async ({ query: { session_id, state, limit = defaultLimit } }) => {
    return { tasks: await store.tasks({ sessionId: session_id, state, limit }) };
  });
  serve(app, getTask, async ({ params: { id } }) => {
    return (await store.task(id)) ?? missing("task", id);
  });
  serve(app, cancelTask, async ({ params: { id } }) => {
    const outcome = (await store.cancel(id, "Cancelled by request")) ?? missing("task", id);
    return { outcome };
  });
}

/** Refuses the id of a thing that there is not. */
export function missing(thing: string, id: string): never {
  throw new CicdError("not_found", `Cannot find ${thing}: ${id}`);
}
