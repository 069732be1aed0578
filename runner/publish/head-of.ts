import type { Task } from "#shared/task.ts";
import type { Store } from "../store/store.ts";

/**
 * The commit that a task is about: as its event tells it, else as it was fetched; undefined when it
 * did not come to that.
 */
export async function headOf(
  { id, event }: Pick<Task, "id" | "event">,
  store: Pick<Store, "journal">,
): Promise<string | undefined> {
  const told = event.pull_request.head?.sha;
  if (told !== undefined) return told;
  let head: string | undefined;
  for (let after = 0; ; ) {
    const entries = await store.journal(id, after, journalPage);
    for (const { type, data } of entries) if (type === "workspace.ready") head = data.head_sha;
    if (entries.length < journalPage) return head;
    after += entries.length;
  }
}

/** How many entries of a journal are read at once. */
const journalPage = 500;
