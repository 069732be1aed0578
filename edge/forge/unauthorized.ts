import { CicdError } from "#shared/error.ts";

/** The error for a proof that is missing, malformed, wrong or too old. */
export function unauthorized(what: string, hint: string): CicdError {
  return new CicdError("unauthorized", `Cannot accept webhook: ${what}`, { hint });
}
