import type { Task, TaskResult } from "#shared/task.ts";
import type { Store } from "./store/store.ts";

const commands = `| command | what it does |
| --- | --- |
| \`/review\` | reviews the pull request again |
| \`/ask <question>\` | answers a question about it |
| \`/analyze\` | says what it touches, how risky it is, what to test and how to take it back |
| \`/test\` | proposes tests for what it changes, as a patch; \`/test --write\` puts them on a branch, where this runner may |
| \`/cancel\` | stops what runs or waits for it |
| \`/help\` | shows this |

A command stands in the first line of a comment, by somebody who may write to the repository. What follows \`/review\`, \`/analyze\` or \`/test\` says what to look at.`;

/**
 * Tells which commands there are. A command that there is not is answered once a pull request: it may
 * be meant for somebody else, who would have us say it under each.
 */
export async function help(task: Task, store: Pick<Store, "tasks">): Promise<TaskResult> {
  const { message: unknown, session_id: sessionId } = task;
  if (unknown === null) return { kind: "answer", text: commands };
  const before = await store.tasks({ sessionId, state: "succeeded", limit: 100 });
  if (before.some(({ kind, result }) => kind === "help" && result?.kind === "answer")) {
    return { kind: "none", reason: `There is no command ${unknown}, and help was given before` };
  }
  return { kind: "answer", text: `There is no command \`${unknown}\`.\n\n${commands}` };
}
