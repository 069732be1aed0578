import { CicdError } from "#shared/error.ts";
import type { RateLimit } from "./rate-limit.ts";

/** What clients are limited in. */
export interface Limits {
  /** Calls of the API. */
  readonly api: RateLimit;
  /** Webhooks, and tries to sign in, that did not prove themselves. */
  readonly unproved: RateLimit;
}

/**
 * Counts a call of the API.
 * @throws CicdError `rate_limited`.
 */
export async function limitCall({ api }: Limits, client: string): Promise<void> {
  const wait = await api.take(client);
  if (wait > 0) throw rateLimited("Cannot answer: too many requests", wait);
}

/**
 * What a webhook is answered that was refused, or who could not sign in: why, as long as its sender
 * has refusals left. A forge that proves itself never comes here, whoever sends from its address
 * besides.
 */
export async function limitRefusal(
  { unproved }: Limits,
  client: string,
  thrown: unknown,
): Promise<CicdError> {
  const error = CicdError.from(thrown);
  if (!beforeProof.has(error.code)) return error;
  const wait = await unproved.take(client);
  if (wait === 0) return error;
  return rateLimited("Cannot answer: too many requests without a proof", wait, error);
}

/** Why a webhook is refused whose sender is not known to be a forge. */
const beforeProof: ReadonlySet<string> = new Set([
  "unauthorized",
  "not_found",
  "payload_too_large",
  "unsupported_media_type",
] satisfies CicdError["code"][]);

function rateLimited(message: string, retryAfter: number, cause?: CicdError): CicdError {
  return new CicdError("rate_limited", message, {
    retryAfter,
    cause,
    hint: `Try again in ${retryAfter} s`,
  });
}
