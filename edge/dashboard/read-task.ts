import type { Context } from "hono";
import type { JournalEntry } from "#shared/journal.ts";
import { getTask, getTimeline, listPermissions, readJournal } from "#shared/routes/tasks.ts";
import { Task } from "#shared/task.ts";
import { askerOf } from "./asker.ts";
import type { DashboardEnv, DashboardOptions } from "./options.ts";
import type { TaskDetail } from "./task-page.ts";

/** How many entries of a journal a page shows, at most: so many pages of so many. */
const journalPages = 10;
const journalPage = 500;

/**
 * Asks for all that the page of a task shows: of its journal the end, or what comes after the entry
 * that the query's `after` names.
 * @throws CicdError as the runner answers.
 */
export async function readTask(
  c: Context<DashboardEnv>,
  options: DashboardOptions,
  params: { readonly id: string },
): Promise<TaskDetail> {
  const ask = askerOf(c, options);
  const { success } = readJournal.query.safeParse({ after: c.req.query("after") });
  const after = success ? c.req.query("after") : undefined;
  // First: what it says of its end stands in the journal by then.
  const task = Task.parse(await ask(getTask, { params }));
  const [timeline, { permissions }, entries] = await Promise.all([
    ask(getTimeline, { params }),
    ask(listPermissions),
    entriesAfter(after),
  ]);
  const own = permissions.filter(({ task_id }) => task_id === task.id);
  return { task, timeline, entries, after: Number(after ?? 0), permissions: own };

  async function entriesAfter(known: string | undefined): Promise<JournalEntry[]> {
    const entries: JournalEntry[] = [];
    let place: Record<string, string> =
      known === undefined ? { last: String(journalPages * journalPage) } : { after: known };
    // What a running task adds meanwhile comes by its events.
    for (let read = 0; read < journalPages; read += 1) {
      const query = { ...place, limit: String(journalPage) };
      const page = await ask(readJournal, { params, query });
      entries.push(...page.entries);
      const last = entries.at(-1);
      if (!page.more || last === undefined) break;
      place = { after: String(last.seq) };
    }
    return entries;
  }
}
