import { type Rules, RulesConfig } from "#edge/rules/config.ts";
import type { PullRequest, PullRequestEvent } from "#shared/event.ts";
import type { CommentEvent, PipelineEvent } from "#shared/task-event.ts";
import { pullRequestEvent } from "#test/shared/pull-request-event.ts";

/** The rules as they are by default, but for some. */
export function rules(changes: Readonly<Record<string, unknown>> = {}): Rules {
  return RulesConfig.parse(changes);
}

/** Something done to pull request 7 of `acme/shop`. */
export function pullRequest(
  action: PullRequestEvent["action"] = "opened",
  changes: Partial<PullRequest> = {},
  bot = false,
): PullRequestEvent {
  const event = pullRequestEvent();
  const sender = { ...event.sender, bot };
  return { ...event, action, sender, pull_request: { ...event.pull_request, ...changes } };
}

/** A comment of mona, whom the forge knows, under it. */
export function comment(
  body: string,
  {
    forge = "github",
    bot = false,
    pull_request = {},
    action = "created",
    ...rest
  }: Partial<CommentEvent["comment"]> &
    Partial<Pick<CommentEvent, "action" | "forge">> & {
      readonly bot?: boolean;
      readonly pull_request?: Partial<PullRequest>;
    } = {},
): CommentEvent {
  const { repository, pull_request: request, sender } = pullRequestEvent();
  return {
    type: "comment",
    forge,
    action,
    repository,
    pull_request: { ...request, state: "open", ...pull_request },
    comment: { id: "1", body, author: "mona", association: "MEMBER", ...rest },
    sender: { ...sender, bot },
  };
}

/** A pipeline of it that failed. */
export function pipeline(changes: Partial<PullRequest> = {}): PipelineEvent {
  const { repository, pull_request, sender } = pullRequestEvent();
  return {
    type: "pipeline",
    forge: "gitlab",
    action: "failed",
    repository,
    pull_request: { ...pull_request, ...changes },
    pipeline: {
      name: "CI",
      url: "https://gitlab.com/acme/shop/-/pipelines/9",
      head_sha: "a".repeat(40),
      jobs: [{ name: "unit", stage: "test", reason: "script_failure" }],
    },
    sender,
  };
}
