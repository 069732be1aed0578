import { v7 } from "uuid";
import type { HandOff } from "#shared/api.ts";
import type { Forge, PullRequestEvent } from "#shared/event.ts";
import type { TaskKind } from "#shared/task.ts";
import { pullRequestEvent } from "../shared/pull-request-event.ts";

/** What a hand-off is about; without `delivery` it is a new one. */
interface About {
  kind?: TaskKind;
  delivery?: string;
  /** The name of a repository of `acme`. */
  repository?: string;
  forge?: Forge;
  /** Epoch milliseconds; default: nobody knows. */
  updatedAt?: number | undefined;
}

/** A hand-off about a pull request. */
export function handOff(
  number = 7,
  {
    kind = "review",
    delivery = v7(),
    repository = "shop",
    forge = "github",
    updatedAt,
  }: About = {},
): HandOff & { event: PullRequestEvent } {
  const event = pullRequestEvent(number);
  return {
    delivery_id: delivery,
    forge,
    task_id: v7(),
    kind,
    event: {
      ...event,
      forge,
      repository: { ...event.repository, name: repository },
      pull_request: {
        ...event.pull_request,
        ...(updatedAt !== undefined && { updated_at: new Date(updatedAt).toISOString() }),
      },
    },
  };
}
