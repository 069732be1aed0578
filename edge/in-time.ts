import { CicdError } from "#shared/error.ts";

/** Seconds after which a sender may try again. */
export const retryAfter = 5;

/**
 * Runs one exchange with the runner under a time limit, in milliseconds.
 * @throws CicdError of the exchange as it is; anything else is `runner_unavailable`, or `cancelled`
 * when the caller's signal has aborted.
 */
export async function inTime<T>(
  { signal }: { readonly signal?: AbortSignal | undefined },
  timeout: number,
  exchange: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const end = () => ended.abort();
  const timer = setTimeout(end, timeout);
  signal?.addEventListener("abort", end);
  try {
    signal?.throwIfAborted();
    return await exchange(ended.signal);
  } catch (cause) {
    if (cause instanceof CicdError) throw cause;
    if (signal?.aborted) throw new CicdError("cancelled", "Cannot answer: client left", { cause });
    const what = ended.signal.aborted ? `no answer within ${timeout} ms` : "connection failed";
    throw new CicdError("runner_unavailable", `Cannot reach runner: ${what}`, {
      cause,
      retryAfter,
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  }
}
