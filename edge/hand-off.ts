import { HandOffAnswer } from "#shared/api.ts";
import { CicdError, errorCodes } from "#shared/error.ts";
import { Problem, statusOf } from "#shared/problem.ts";
import { retryAfter } from "./in-time.ts";
import type { Parcel } from "./outbox.ts";
import type { RunnerAnswer, RunnerClient } from "./runner-client.ts";

/**
 * Hands a delivery to the runner. When this resolves the delivery is durable there.
 * @throws CicdError with a 503 code: the runner's own where it gave one (`queue_full`,
 * `shutting_down`, ...), else `runner_unavailable`; {@link isRefusal} tells what a repeat won't help
 * with. `cancelled` when the signal aborts first.
 */
export async function handOff(
  runner: RunnerClient,
  { handOff, requestId }: Parcel,
  signal?: AbortSignal,
): Promise<HandOffAnswer> {
  const { traceparent } = handOff.trace ?? {};
  const answer = await runner.ask({
    method: "POST",
    path: "/v1/events",
    requestId,
    headers: { "content-type": "application/json", ...(traceparent && { traceparent }) },
    body: new TextEncoder().encode(JSON.stringify(handOff)),
    ...(signal && { signal }),
  });
  const taken = answer.status === 200 || answer.status === 202;
  const parsed = HandOffAnswer.safeParse(answer.body);
  if (taken && parsed.success) return parsed.data;
  throw failure(answer);
}

/**
 * Whether the runner itself has said no: to the seal, or to this delivery. Whatever stands between
 * says nothing in the runner's words, so a tunnel's 404 is none.
 */
export function isRefusal(error: CicdError): boolean {
  return error.cause instanceof CicdError;
}

function failure({ status, headers, body }: RunnerAnswer): CicdError {
  const { data: problem } = Problem.safeParse(body);
  const code = errorCodes.find((known) => known === problem?.code);
  const after = Number(headers.get("retry-after")) || retryAfter;
  if (problem === undefined || code === undefined || status === 429) {
    const message = `Cannot hand over to runner: unexpected answer ${status}`;
    return new CicdError("runner_unavailable", message, { retryAfter: after });
  }
  const hint = problem.hint === undefined ? {} : { hint: problem.hint };
  return refusedBy(new CicdError(code, problem.detail, { ...hint, retryAfter: after }));
}

/** What the runner's own error is to whoever hands over: another try is worth it, or a refusal. */
export function refusedBy(error: CicdError): CicdError {
  if (statusOf(error.code) === 503) return error;
  const message = `Cannot hand over to runner: it refused the delivery: ${error.message}`;
  return new CicdError("runner_unavailable", message, {
    ...(error.hint !== undefined && { hint: error.hint }),
    cause: error,
    retryAfter: error.retryAfter ?? retryAfter,
  });
}
