import { CicdError } from "#shared/error.ts";
import type { Forge, Repository } from "#shared/event.ts";
import type { Task } from "#shared/task.ts";

/** Who wants something, and where. */
export interface Wish {
  readonly forge: Forge;
  readonly repository: Repository;
  readonly login: string;
}

/** What can be asked of a forge about people. */
export interface People {
  /**
   * Whether somebody may write to a repository; undefined where there is no account to ask with.
   * @throws CicdError `forbidden` when the forge does not tell, `forge_unavailable` and
   * `forge_rate_limited`; the signal's reason when it aborts.
   */
  mayWrite(wish: Wish, signal: AbortSignal): Promise<boolean | undefined>;
}

/**
 * Lets a task run when the one who wants it may. What the edge could not verify is asked of the
 * forge; where nobody can ask, it is refused.
 * @throws CicdError `forbidden`, and what {@link People.mayWrite} throws.
 */
export async function requireAllowed(
  { event }: Pick<Task, "event">,
  people: People,
  signal: AbortSignal,
): Promise<void> {
  if (event.type !== "comment" || event.authorization === "verified") return;
  const { forge, repository, comment } = event;
  const wish = { forge, repository, login: comment.author };
  const may = await people.mayWrite(wish, signal);
  if (may === true) return;
  const where = `${repository.owner}/${repository.name}`;
  const why = may === undefined ? "and this runner can't ask the forge" : "and the forge says no";
  throw new CicdError(
    "forbidden",
    `Cannot take command of ${wish.login}: nothing shows that they may write to ${where}, ${why}`,
    { hint: `Add ${forge}:${wish.login} to rules.command_users` },
  );
}
