import type { Task, TaskResult } from "#shared/task.ts";
import { converse } from "./converse.ts";
import { inSession, type SessionContext } from "./in-session.ts";
import { namesOf } from "./skill-names.ts";

/**
 * Reviews the head of a pull request in its session.
 * @throws CicdError of what went wrong; the signal's reason when it aborts.
 */
export async function runReview(task: Task, context: SessionContext): Promise<TaskResult> {
  const { said, headSha, timing } = await inSession(task, context, converse);
  const { review, omitted, sinceSha, conversation, usage } = said;
  return {
    kind: "review",
    head_sha: headSha,
    review,
    omitted_files: [...omitted],
    ...(sinceSha !== undefined && { since_sha: sinceSha }),
    conversation,
    ...namesOf(context.skills),
    usage,
    timing,
  };
}
