import { CicdError } from "#shared/error.ts";
import { apiError } from "./api-error.ts";
import type { Cut } from "./exchange.ts";

/** What the operator is told of a cut; nothing, if the runner or the CLI wanted it. */
export function faultOf(cut: Cut): CicdError | undefined {
  switch (cut.kind) {
    case "left":
    case "revoked":
      return undefined;
    case "silent":
      return unreachable(`no byte in ${cut.after} ms`);
    case "broken":
      return unreachable(reasonOf(cut.cause), cut.cause);
  }
}

/** What the CLI is answered when the API has not begun to answer. */
export function answerTo(cut: Cut): Response {
  switch (cut.kind) {
    case "left":
    case "revoked":
      return revoked();
    case "silent":
      return apiError("timeout_error", unreachable(`no byte in ${cut.after} ms`).message);
    case "broken":
      return apiError("api_error", unreachable(reasonOf(cut.cause)).message);
  }
}

/** The answer to a token that is not, or no longer, good. */
export function revoked(): Response {
  return apiError("authentication_error", "Token is not valid, or was revoked");
}

/** A fault of the API, or of the way to it. */
export function unreachable(why: string, cause?: unknown): CicdError {
  return new CicdError("model_unreachable", `Cannot reach model API: ${why}`, {
    cause,
    hint: "Check the network, the proxy variables and ANTHROPIC_BASE_URL",
  });
}

/** `fetch` says only that it failed; what was wrong is in its cause, by a code that is safe. */
function reasonOf(thrown: unknown): string {
  const { cause } = thrown instanceof Error ? thrown : {};
  if (cause instanceof Error && "code" in cause) return String(cause.code);
  return "request failed";
}
