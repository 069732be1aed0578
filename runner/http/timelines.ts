import type { Hono } from "hono";
import { defaultLimit } from "#shared/routes/parts.ts";
import { getTimeline, readJournal } from "#shared/routes/tasks.ts";
import { timelineOf } from "../journal-timeline.ts";
import type { Store } from "../store/store.ts";
import type { RunnerEnv } from "./env.ts";
import { serve } from "./serve.ts";
import { missing } from "./tasks.ts";

/** What looking back at a task needs. */
export interface TimelineOptions {
  readonly store: Pick<Store, "task" | "journal" | "journalEnd" | "steps">;
}

/** Shows the journals of tasks, and where their time went. */
export function serveTimelines(app: Hono<RunnerEnv>, { store }: TimelineOptions): void {
  serve(
    app,
    readJournal,
    async ({ params: { id }, query: { after, last, limit = defaultLimit } }) => {
      if ((await store.task(id)) === undefined) missing("task", id);
      const begin =
        last === undefined ? (after ?? 0) : Math.max(0, (await store.journalEnd(id)) - last);
      // One more tells whether there are more.
      const entries = await store.journal(id, begin, limit + 1);
      return { entries: entries.slice(0, limit), more: entries.length > limit };
    },
  );
  serve(app, getTimeline, async ({ params: { id } }) => {
    const task = (await store.task(id)) ?? missing("task", id);
    const spans = timelineOf(await store.steps(id));
    return { from: task.created_at, to: task.ended_at, spans };
  });
}
