import type { PullRequestEvent } from "#shared/event.ts";
import type { ForgeEvent, PipelineEvent } from "#shared/task-event.ts";
import { decideComment } from "./comment.ts";
import type { Rules } from "./config.ts";
import { type Decision, ignored } from "./decision.ts";
import { leftAlone, matching } from "./left-alone.ts";
import { whatFailed } from "./what-failed.ts";

/** Which task an event makes, if any. A closed pull request always ends its session. */
export function decide(event: ForgeEvent, rules: Rules): Decision {
  const { owner, name } = event.repository;
  const skip = matching("repository", "ignore_repositories", `${owner}/${name}`, rules);
  if (skip !== undefined) return { kind: "ignored", ...skip };
  switch (event.type) {
    case "pull_request":
      return decidePullRequest(event, rules);
    case "comment":
      return decideComment(event, rules);
    case "check":
      return { kind: "task", task: "review", event };
    case "pipeline":
      return decidePipeline(event, rules);
    case "push":
      return ignored("push", "a push makes no task: its pull request tells of the new commits");
  }
}

function decidePullRequest(event: PullRequestEvent, rules: Rules): Decision {
  const { action } = event;
  if (action === "closed") return { kind: "task", task: "close", event };
  const isPush = action === "synchronize";
  const isHandled = isPush
    ? rules.handle_push_trigger
    : rules.handle_pr_actions.some((handled) => handled === action);
  if (!isHandled) {
    const why = isPush
      ? "makes no task: rules.handle_push_trigger is off"
      : "is not in rules.handle_pr_actions";
    return ignored("action", `pull request action ${action} ${why}`);
  }
  const skip = leftAlone(event, rules);
  if (skip !== undefined) return { kind: "ignored", ...skip };
  const [command] = isPush ? rules.push_commands : rules.pr_commands;
  if (command === undefined) {
    const rule = isPush ? "push_commands" : "pr_commands";
    return ignored("automatic_off", `rules.${rule} is empty`);
  }
  return { kind: "task", task: automatic[command], event };
}

const automatic = { "/review": "review", "/analyze": "analyze", "/test": "test" } as const;

function decidePipeline(event: PipelineEvent, rules: Rules): Decision {
  if (!rules.analyze_failures) {
    return ignored("failures_off", "a pipeline failed: rules.analyze_failures is off");
  }
  const skip = leftAlone(event, rules);
  if (skip !== undefined) return { kind: "ignored", ...skip };
  return { kind: "task", task: "analyze", event, message: whatFailed(event) };
}
