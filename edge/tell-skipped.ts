import type { SkippedDelivery } from "#shared/api.ts";
import type { RunnerClient } from "./runner-client.ts";

/**
 * Tells the runner of a delivery that made no task, for whoever asks it later what became of one.
 * Nobody waits for it, and it never rejects: the forge has its answer, and nothing hangs on this.
 */
export async function tellSkipped(
  runner: RunnerClient,
  requestId: string,
  skipped: SkippedDelivery,
): Promise<void> {
  await runner
    .ask({
      method: "POST",
      path: "/v1/deliveries/skipped",
      requestId,
      headers: { "content-type": "application/json" },
      body: new TextEncoder().encode(JSON.stringify(skipped)),
    })
    .catch(() => {});
}
