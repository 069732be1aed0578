import type { Hono } from "hono";
import {
  listDeadLetters,
  replayDeadLetter,
  replayDeadLetters,
} from "#shared/routes/dead-letters.ts";
import { defaultLimit } from "#shared/routes/parts.ts";
import type { Store } from "../store/store.ts";
import { queueFull, shuttingDown } from "./admit.ts";
import type { RunnerEnv } from "./env.ts";
import { serve } from "./serve.ts";
import { missing } from "./tasks.ts";

/** What the routes about failed tasks need. */
export interface DeadLetterOptions {
  readonly store: Pick<Store, "deadLetters" | "replay">;
  /** How many tasks may be queued. */
  readonly queueLimit: number;
  /** Whether the runner stops, and so takes nothing in. */
  readonly isDraining: () => boolean;
}

/** A filter as requests have it. */
interface Asked {
  readonly code?: string | undefined;
  readonly repository?: string | undefined;
  readonly since?: string | undefined;
  readonly limit?: number | undefined;
}

/** Lists failed tasks, and queues them again. */
export function serveDeadLetters(app: Hono<RunnerEnv>, options: DeadLetterOptions): void {
  const { store, isDraining } = options;
  const limit = options.queueLimit;
  const unlessDraining = () => {
    if (isDraining()) throw shuttingDown("replay");
  };
  serve(app, listDeadLetters, async ({ query }) => {
    return { tasks: await store.deadLetters(toFilter(query)) };
  });
  serve(app, replayDeadLetter, async ({ params: { task_id } }) => {
    unlessDraining();
    const replayed = (await store.replay(task_id, { limit })) ?? missing("task", task_id);
    if (replayed.outcome === "full") throw queueFull("replay", replayed.depth);
    const { outcome, taskId, sessionId } = replayed;
    return { outcome, task_id: taskId, session_id: sessionId };
  });
  serve(app, replayDeadLetters, async ({ body }) => {
    unlessDraining();
    const filter = toFilter(body);
    // One more tells whether there are more.
    const letters = await store.deadLetters({ ...filter, limit: filter.limit + 1 });
    const replays = [];
    for (const { id } of letters.slice(0, filter.limit)) {
      const replayed = await store.replay(id, { limit });
      if (replayed?.outcome === "full") return { replays, more: true };
      if (replayed === undefined) continue;
      const { outcome, taskId, sessionId } = replayed;
      replays.push({ dead_letter: id, outcome, task_id: taskId, session_id: sessionId });
    }
    return { replays, more: letters.length > filter.limit };
  });
}

function toFilter({ code, repository, since, limit = defaultLimit }: Asked) {
  return { code, repository, since: since === undefined ? undefined : Date.parse(since), limit };
}
