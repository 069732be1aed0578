import { type EdgeHealth, Health, type Ready } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { type RunnerClient, retryAfter } from "./runner-client.ts";

/** `GET /health` of the edge: it is up when it answers, so this is a 200 even without a runner. */
export async function health(runner: RunnerClient, requestId: string): Promise<Response> {
  const state = await runnerState(runner, requestId);
  const status = state === "healthy" ? "healthy" : "degraded";
  return uncached({ status, runner: state } satisfies EdgeHealth);
}

/**
 * `GET /health/ready` of the edge: 200 when a webhook would be taken in now.
 * @throws CicdError `runner_unavailable` when the runner isn't ready.
 */
export async function readiness(runner: RunnerClient, requestId: string): Promise<Response> {
  const { status } = await runner.ask({ method: "GET", path: "/health/ready", requestId });
  if (status !== 200) {
    const message = `Cannot take webhooks: runner is not ready (${status})`;
    throw new CicdError("runner_unavailable", message, { retryAfter });
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
