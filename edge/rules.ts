import type { DeliveredKind } from "#shared/api.ts";
import type { PullRequestEvent } from "#shared/event.ts";

/** What a rule says about an event. */
export type Decision =
  | { readonly kind: "task"; readonly task: DeliveredKind }
  | { readonly kind: "ignored"; readonly reason: string };

/** Which task an event makes, if any. A closed pull request always ends its session. */
export function decide({ action, pull_request }: PullRequestEvent): Decision {
  if (action === "closed") return { kind: "task", task: "close" };
  if (pull_request.draft && action !== "ready_for_review") {
    return { kind: "ignored", reason: "the pull request is a draft" };
  }
  return { kind: "task", task: "review" };
}
