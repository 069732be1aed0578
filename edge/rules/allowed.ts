import type { Authorization, CommentEvent } from "#shared/task-event.ts";
import type { Rules } from "./config.ts";

/** Whom GitHub knows to be more than a passer-by: an organization's members, and who was let in. */
const insiders: ReadonlySet<string | undefined> = new Set(["OWNER", "MEMBER", "COLLABORATOR"]);

/** Whether the writer of a comment is known to be allowed to give commands. */
export function authorize(
  { forge, comment }: CommentEvent,
  { command_users }: Pick<Rules, "command_users">,
): Authorization {
  const isInsider = insiders.has(comment.association);
  return isInsider || isListed(command_users, forge, comment.author) ? "verified" : "unverified";
}

/** Whether a list of `login` and `forge:login`, in lower case, has somebody. */
export function isListed(users: readonly string[], forge: string, login: string): boolean {
  const name = login.toLowerCase();
  return users.includes(name) || users.includes(`${forge}:${name}`);
}
