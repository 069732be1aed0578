import { type EdgeHealth, Health, type Ready } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { retryAfter } from "./in-time.ts";
import type { Outbox } from "./outbox.ts";
import type { RunnerClient } from "./runner-client.ts";

/**
 * `GET /health` of the edge: it is up when it answers, so this is a 200 even without a runner.
 * Dead letters wait for a person, so it is `degraded` while there are any.
 */
export async function health(
  runner: RunnerClient,
  outbox: Outbox,
  requestId: string,
): Promise<Response> {
  const [state, kept, hasRoom] = await Promise.all([
    runnerState(runner, requestId),
    outbox.health(),
    outbox.hasRoom(),
  ]);
  const isWell = state === "healthy" && kept.dead === 0 && hasRoom;
  const status = isWell ? "healthy" : "degraded";
  return uncached({ status, runner: state, outbox: kept } satisfies EdgeHealth);
}

/**
 * `GET /health/ready` of the edge: 200 when a webhook would be taken in now, so also without a
 * runner while the outbox has room.
 * @throws CicdError `queue_full` when it has none, `store_unavailable` when it can't tell.
 */
export async function readiness(outbox: Outbox): Promise<Response> {
  if (!(await outbox.hasRoom())) {
    throw new CicdError("queue_full", "Cannot take webhooks: outbox is full", { retryAfter });
  }
  return uncached({ status: "ready" } satisfies Ready);
}

/** The runner's own word on its health, which everyone may know; no more of its answer. */
async function runnerState(runner: RunnerClient, requestId: string): Promise<EdgeHealth["runner"]> {
  try {
    const { body } = await runner.ask({ method: "GET", path: "/health", requestId });
    return Health.safeParse(body).data?.status ?? "unreachable";
  } catch (thrown) {
    if (CicdError.from(thrown).code === "runner_unavailable") return "unreachable";
    throw thrown;
  }
}

function uncached(body: EdgeHealth | Ready): Response {
  return Response.json(body, { headers: { "cache-control": "no-store" } });
}
