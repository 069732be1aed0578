import { v7 } from "uuid";
import { follow } from "#client/follow.ts";
import { callRunner } from "#edge/call-runner.ts";
import type { RunnerClient } from "#edge/runner-client.ts";
import type { KnownPullRequest } from "#runner/local/pull-request-change.ts";
import type { Reviewed } from "#runner/publish/published-review.ts";
import { CicdError, errorCodes } from "#shared/error.ts";
import type { JournalEntry, JournalEvent } from "#shared/journal.ts";
import { errorOfProblem } from "#shared/problem.ts";
import { filledPath } from "#shared/route.ts";
import { takeDelivery } from "#shared/routes/deliveries.ts";
import { followTask } from "#shared/routes/tasks.ts";
import type { TaskError, TaskResult } from "#shared/task.ts";

/** A pull request to review, at a commit. */
export interface Wanted {
  readonly pullRequest: KnownPullRequest;
  readonly headSha: string;
  /** Ask the model, also when the same was reviewed before. */
  readonly force: boolean;
}

/**
 * Lets a running runner review a pull request, in the conversation that it has about it, and follows
 * that to its end. What it publishes it publishes as ever; the task goes on when the signal aborts.
 * @throws CicdError of what went wrong, there or on the way.
 */
export async function reviewOnHost(
  runner: RunnerClient,
  { pullRequest, headSha, force }: Wanted,
  { signal, onEvent }: { signal: AbortSignal; onEvent: (event: JournalEvent) => void },
): Promise<Reviewed> {
  const { forge, repository, number } = pullRequest;
  const id = v7();
  const { task_id } = await callRunner(runner, takeDelivery, {
    body: {
      delivery_id: `terminal-${id}`,
      forge,
      task_id: id,
      kind: "review",
      force,
      event: {
        type: "check",
        action: "rerequested",
        forge,
        repository,
        pull_request: { number, url: pageOf(pullRequest) },
        sender: { login: "", bot: false },
        check: { head_sha: headSha },
      },
    },
  });
  let stored: Reviewed | undefined;
  for await (const entry of follow((after, s) => open(runner, task_id, after, s), { signal })) {
    onEvent(entry);
    if (entry.type === "result.stored") stored = entry.data;
    const result = resultOf(entry);
    if (result !== undefined) return stored ?? { result, places: [] };
  }
  throw new CicdError("not_found", `Cannot follow task ${task_id}: its journal is gone`);
}

/** The page of it, as the forges build it. */
function pageOf({ forge, repository, number }: KnownPullRequest): string {
  const { host, owner, name } = repository;
  const part = { github: "pull", gitee: "pulls", gitea: "pulls", gitlab: "-/merge_requests" }[
    forge
  ];
  return `https://${host}/${owner}/${name}/${part}/${number}`;
}

async function open(
  runner: RunnerClient,
  taskId: string,
  after: number,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const response = await runner.open({
    method: "GET",
    path: filledPath(followTask, { id: taskId }),
    requestId: v7(),
    headers: { accept: "text/event-stream", "last-event-id": String(after) },
    ...(signal && { signal }),
  });
  if (response.ok) return response;
  throw errorOfProblem(await response.text(), response);
}

/** @throws CicdError when the task has ended without a result. */
function resultOf(entry: JournalEntry): TaskResult | undefined {
  switch (entry.type) {
    case "task.succeeded":
      return entry.data.result;
    case "task.failed":
      throw errorOf(entry.data.error);
    case "task.cancelled":
      throw new CicdError("cancelled", `Review was cancelled: ${entry.data.reason}`);
    case "task.superseded":
      throw new CicdError("cancelled", `Review was superseded by task ${entry.data.by}`);
    default:
      return undefined;
  }
}

function errorOf({ code, message, hint }: TaskError): CicdError {
  const known = errorCodes.find((one) => one === code) ?? "internal";
  return new CicdError(known, message, hint === undefined ? {} : { hint });
}
