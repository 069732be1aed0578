import type { Hono } from "hono";
import type { JournalEntry } from "#shared/journal.ts";
import { defaultLimit } from "#shared/routes/parts.ts";
import { getTimeline, readJournal } from "#shared/routes/tasks.ts";
import { timelineOf } from "../journal-timeline.ts";
import type { Store } from "../store/store.ts";
import type { RunnerEnv } from "./env.ts";
import { serve } from "./serve.ts";
import { missing } from "./tasks.ts";

/** What looking back at a task needs. */
export interface TimelineOptions {
  readonly store: Pick<Store, "task" | "journal">;
}

/** How many entries are read at once. */
const pageSize = 500;

/** Shows the journals of tasks, and where their time went. */
export function serveTimelines(app: Hono<RunnerEnv>, { store }: TimelineOptions): void {
  serve(
    app,
    readJournal,
    async ({ params: { id }, query: { after = 0, limit = defaultLimit } }) => {
      if ((await store.task(id)) === undefined) missing("task", id);
      // One more tells whether there are more.
      const entries = await store.journal(id, after, limit + 1);
      return { entries: entries.slice(0, limit), more: entries.length > limit };
    },
  );
  serve(app, getTimeline, async ({ params: { id } }) => {
    const task = (await store.task(id)) ?? missing("task", id);
    const spans = await timelineOf(entriesOf(store, id));
    return { from: task.created_at, to: task.ended_at, spans };
  });
}

async function* entriesOf(
  store: TimelineOptions["store"],
  id: string,
): AsyncGenerator<JournalEntry> {
  let after = 0;
  while (true) {
    const entries = await store.journal(id, after, pageSize);
    yield* entries;
    const last = entries.at(-1);
    if (last === undefined || entries.length < pageSize) return;
    after = last.seq;
  }
}
