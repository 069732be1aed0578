import { timingSafeEqual } from "hono/utils/buffer";
import { sha256 } from "hono/utils/crypto";
import { CicdError } from "#shared/error.ts";
import { Scope } from "#shared/scope.ts";
import type { ApiToken } from "./config.ts";

/**
 * Checks an `Authorization` header against the configured tokens.
 * @throws CicdError `unauthorized` without a known bearer token, `forbidden` when its scope is too
 * low.
 */
export async function authorize(
  header: string | undefined,
  tokens: readonly ApiToken[],
  needed: Scope,
): Promise<void> {
  const [, token] = /^bearer +([\x21-\x7e]{1,512})$/i.exec(header ?? "") ?? [];
  if (token === undefined) throw unauthorized("no bearer token");
  const known = await findToken(token, tokens);
  if (known === undefined) throw unauthorized("unknown token");
  requireScope(known.scope, needed);
}

/** A presented token as it is configured. Each one is compared, so time tells nothing. */
export async function findToken(
  token: string,
  tokens: readonly ApiToken[],
): Promise<ApiToken | undefined> {
  const hash = await sha256(token);
  let found: ApiToken | undefined;
  for (const known of tokens) {
    if (await timingSafeEqual(hash ?? "", known.hash)) found = known;
  }
  return found;
}

/** @throws CicdError `forbidden` when a scope is lower than another. */
export function requireScope(granted: Scope, needed: Scope): void {
  if (includesScope(granted, needed)) return;
  throw new CicdError("forbidden", `Cannot use API: token has scope ${granted}`, {
    hint: `Use a token with scope ${needed}`,
  });
}

/** Whether a token of one scope may do what needs another. */
export function includesScope(granted: Scope, needed: Scope): boolean {
  return rank(granted) >= rank(needed);
}

function rank(scope: Scope): number {
  return Scope.options.indexOf(scope);
}

function unauthorized(what: string): CicdError {
  return new CicdError("unauthorized", `Cannot use API: ${what}`, {
    hint: "Send Authorization: Bearer <token>",
  });
}
