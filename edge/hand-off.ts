import { type HandOff, HandOffAnswer } from "#shared/api.ts";
import { CicdError, errorCodes } from "#shared/error.ts";
import { Problem, statusOf } from "#shared/problem.ts";
import { type RunnerAnswer, type RunnerClient, retryAfter } from "./runner-client.ts";

/**
 * Hands a delivery to the runner. When this resolves the delivery is durable there.
 * @throws CicdError with a 503 code: the runner's own where it gave one (`queue_full`,
 * `shutting_down`, ...), else `runner_unavailable`.
 */
export async function handOff(
  runner: RunnerClient,
  requestId: string,
  delivery: HandOff,
): Promise<HandOffAnswer> {
  const answer = await runner.ask({
    method: "POST",
    path: "/v1/events",
    requestId,
    headers: { "content-type": "application/json" },
    body: new TextEncoder().encode(JSON.stringify(delivery)),
  });
  const taken = answer.status === 200 || answer.status === 202;
  const parsed = HandOffAnswer.safeParse(answer.body);
  if (taken && parsed.success) return parsed.data;
  throw refusal(answer);
}

function refusal({ status, headers, body }: RunnerAnswer): CicdError {
  const { data: problem } = Problem.safeParse(body);
  const code = errorCodes.find((known) => known === problem?.code);
  if (problem !== undefined && code !== undefined && statusOf(code) === 503) {
    return new CicdError(code, problem.detail, {
      ...(problem.hint !== undefined && { hint: problem.hint }),
      retryAfter: Number(headers.get("retry-after")) || retryAfter,
    });
  }
  const message = `Cannot hand over to runner: unexpected answer ${status}`;
  const cause = new Error(problem?.detail ?? "No problem document");
  return new CicdError("runner_unavailable", message, { cause, retryAfter });
}
