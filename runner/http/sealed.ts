import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { every } from "hono/combine";
import { CicdError } from "#shared/error.ts";
import { checkSeal, sealHeader } from "#shared/seal.ts";
import type { RunnerEnv } from "./env.ts";

/** What the check of seals needs. */
export interface SealOptions {
  /** The `runner_secret`; several while they are rotated. */
  readonly secrets: readonly string[];
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** Room for the 25 MiB that a webhook may have, and for what the hand-off adds. */
const maxBody = 26 * 1024 ** 2;

/**
 * Lets only the requests of the edge through. The raw body is read once, here; handlers get the
 * same bytes from Hono's cache by `c.req.text()`.
 * @throws CicdError `payload_too_large` above 26 MiB, `unauthorized` without a valid seal.
 */
export function sealed(options: SealOptions): MiddlewareHandler<RunnerEnv> {
  const { now = Date.now } = options;
  return every(
    bodyLimit({ maxSize: maxBody, onError: tooLarge }),
    async (c: Context<RunnerEnv>, next) => {
      const { pathname, search } = new URL(c.req.url);
      const body = new Uint8Array(await c.req.arrayBuffer().catch(unreadable));
      const request = { method: c.req.method, path: pathname + search, body };
      // Asked for each time: they change while the runner runs.
      const seal = c.req.header(sealHeader) ?? null;
      c.set("sealedAt", checkSeal(options.secrets, request, seal, now()));
      await next();
    },
  );
}

function tooLarge(): never {
  throw new CicdError("payload_too_large", `Cannot accept request: body exceeds ${maxBody} bytes`);
}

/** A client that hangs up amid its body is no fault of the runner. */
function unreadable(cause: unknown): never {
  throw new CicdError("invalid_request", "Cannot read request: body ends early", { cause });
}
