import { CicdError } from "#shared/error.ts";
import type { Forge, PullRequest, Repository } from "#shared/event.ts";
import type { Task } from "#shared/task.ts";
import type { PullRequestTold, TaskEvent } from "#shared/task-event.ts";
import type { Store } from "./store/store.ts";

/** The pull request that a task works on, as far as it is known before its commits are there. */
export interface Subject {
  readonly forge: Forge;
  readonly repository: Repository;
  readonly pull_request: Pick<PullRequest, "number" | "title" | "body" | "base" | "fork"> & {
    /** Without `sha` it is what the forge has as the head when it is fetched. */
    readonly head: { readonly sha?: string | undefined };
  };
  /** Any commit id of the repository: ids of both lengths are never in one. */
  readonly likeSha?: string | undefined;
}

/**
 * The pull request of a task. Events that are not about the pull request itself leave parts of it
 * out, which the last event that has them tells. Where none does, it is taken for one from a fork,
 * into the repository's default branch.
 * @throws CicdError `invalid_request` when nothing tells where it goes to.
 */
export async function subjectOf(
  { event, session_id }: Pick<Task, "event" | "session_id">,
  store: Pick<Store, "tasks">,
): Promise<Subject> {
  if (event.type === "pull_request") return event;
  const known = await lastKnown(session_id, store);
  const { forge, repository, pull_request: told } = event;
  const ref = told.base?.ref ?? known?.base.ref ?? repository.default_branch;
  if (ref === undefined) {
    const { owner, name } = repository;
    throw new CicdError(
      "invalid_request",
      `Cannot tell what ${owner}/${name}#${told.number} is for`,
      {
        hint: "Push to the pull request: its own event tells its base",
      },
    );
  }
  return {
    forge,
    repository,
    pull_request: {
      number: told.number,
      title: told.title ?? known?.title ?? "",
      body: told.body ?? known?.body ?? "",
      head: { sha: told.head?.sha },
      base: told.base ?? { ref },
      fork: told.fork ?? known?.fork ?? true,
    },
    likeSha: told.head?.sha ?? known?.head.sha,
  };
}

async function lastKnown(
  sessionId: string,
  store: Pick<Store, "tasks">,
): Promise<PullRequest | undefined> {
  const tasks = await store.tasks({ sessionId, limit: 100 });
  // One that came late tells what was before.
  const latestFirst = tasks.toSorted((one, other) => timeOf(other) - timeOf(one));
  return latestFirst.map(({ event }) => whole(event)).find((known) => known !== undefined);
}

function timeOf({ event, created_at }: Task): number {
  return Date.parse(event.pull_request.updated_at ?? event.delivered_at ?? created_at);
}

/** What an event tells of its pull request, when that is all. */
function whole({ pull_request }: TaskEvent): PullRequest | undefined {
  const isWhole = (told: PullRequestTold): told is PullRequest =>
    [told.head?.sha, told.base, told.title, told.body, told.fork].every((it) => it !== undefined);
  return isWhole(pull_request) ? pull_request : undefined;
}
