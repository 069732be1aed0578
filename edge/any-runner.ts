import { CicdError } from "#shared/error.ts";
import { retryAfter } from "./in-time.ts";
import type { RunnerAnswer, RunnerCall, RunnerClient } from "./runner-client.ts";

/**
 * One client of several runners that share a store, so that any of them will do. The one that
 * answered last is asked first; when it is down, or answers that it can't, the next. What may not be
 * done twice goes to one that says that it is ready, and to no other once it may have been heard:
 * a 503 alone says that nothing was done.
 * @throws CicdError as the client of one runner does, when none of them can.
 */
export function anyRunner(runners: readonly RunnerClient[]): RunnerClient {
  // Many edges do not all begin with the same one.
  let preferred = Math.floor(Math.random() * runners.length);

  async function inTurn<A extends Response | RunnerAnswer>(
    call: RunnerCall,
    ask: (runner: RunnerClient) => Promise<A>,
  ): Promise<A> {
    const from = preferred;
    const order = [...runners.entries()].map((_, step) => (from + step) % runners.length);
    let refusal: A | undefined;
    let trouble: unknown = new CicdError(
      "runner_unavailable",
      "Cannot reach runner: none is ready",
      {
        retryAfter,
      },
    );
    for (const index of order) {
      const runner = runners[index];
      if (runner === undefined) continue;
      if (call.isOnce && runners.length > 1 && !(await isReady(runner, call))) continue;
      try {
        const answer = await ask(runner);
        await discard(refusal);
        if (answer.status < 500 || (call.isOnce && answer.status !== 503)) {
          preferred = index;
          return answer;
        }
        refusal = answer;
      } catch (error) {
        if (call.isOnce || !isDown(error)) throw error;
        trouble = error;
      }
    }
    if (refusal === undefined) throw trouble;
    return refusal;
  }

  return {
    open: (call) => inTurn(call, (runner) => runner.open(call)),
    ask: (call) => inTurn(call, (runner) => runner.ask(call)),
  };
}

async function isReady(runner: RunnerClient, call: RunnerCall): Promise<boolean> {
  const { requestId, signal } = call;
  try {
    const probe = { method: "GET", path: "/health/ready", requestId } as const;
    return (await runner.ask({ ...probe, ...(signal && { signal }) })).status === 200;
  } catch (error) {
    if (isDown(error)) return false;
    throw error;
  }
}

function isDown(error: unknown): boolean {
  return error instanceof CicdError && error.code === "runner_unavailable";
}

/** A body that nobody reads keeps its connection. */
async function discard(answer: Response | RunnerAnswer | undefined): Promise<void> {
  if (answer instanceof Response) await answer.body?.cancel();
}
