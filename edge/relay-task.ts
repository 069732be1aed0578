import { CicdError } from "#shared/error.ts";
import type { Outbox } from "./outbox.ts";
import { type RelayContext, relay } from "./relay.ts";

/** What relaying a request about a task needs besides the request. */
export interface TaskRelayContext extends RelayContext {
  readonly taskId: string;
  /** The caller has a link: the edge gave it out for a delivery that it has accepted. */
  readonly isLink: boolean;
  readonly outbox: Outbox;
}

/**
 * Relays a request for a task or its events. Of a task that is still on its way to the runner the
 * outbox tells. It may be in a queue, which can't be looked into, or in the outbox of another edge:
 * then a link is proof that there is such a task.
 * @throws CicdError as {@link relay} does.
 */
export async function relayTask(request: Request, context: TaskRelayContext): Promise<Response> {
  const { outbox, taskId, isLink } = context;
  const answer = await answerOf(request, context);
  if (answer instanceof Response && ![404, 503].includes(answer.status)) return answer;
  const kept = await outbox.find(taskId);
  const isEvents = context.path.endsWith("/events");
  if (kept !== undefined) return isEvents ? comeAgain() : noStore(kept);
  if (answer instanceof CicdError) throw answer;
  if (answer.status === 503) return answer;
  if (isLink) return isEvents ? comeAgain() : noStore({ id: taskId, state: "queued" }, 202);
  // It may have been handed over between the two looks.
  return await relay(request, context);
}

async function answerOf(request: Request, context: RelayContext): Promise<Response | CicdError> {
  try {
    return await relay(request, context);
  } catch (thrown) {
    const error = CicdError.from(thrown);
    if (error.code === "runner_unavailable") return error;
    throw error;
  }
}

/** An EventSource gives up on any status but 200, and comes back when a stream ends. */
function comeAgain(): Response {
  return new Response("retry: 2000\n: on its way to the runner\n\n", {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    },
  });
}

function noStore(body: object, status = 200): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store" } });
}
