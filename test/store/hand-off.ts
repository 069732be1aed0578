import { v7 } from "uuid";
import type { HandOff } from "#shared/api.ts";
import type { PullRequestEvent } from "#shared/event.ts";
import type { TaskKind } from "#shared/task.ts";
import { pullRequestEvent } from "../shared/pull-request-event.ts";

/** A hand-off about a pull request; without `delivery` it is a new delivery. */
export function handOff(
  number = 7,
  { kind = "review", delivery = v7() }: { kind?: TaskKind; delivery?: string } = {},
): HandOff & { event: PullRequestEvent } {
  return {
    delivery_id: delivery,
    forge: "github",
    task_id: v7(),
    kind,
    event: pullRequestEvent(number),
  };
}
