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
  const granted = await scopeOf(token, tokens);
  if (granted === undefined) throw unauthorized("unknown token");
  if (rank(granted) >= rank(needed)) return;
  throw new CicdError("forbidden", `Cannot use API: token has scope ${granted}`, {
    hint: `Use a token with scope ${needed}`,
  });
}

/** The scope of a presented token. Every configured one is compared, so time tells nothing. */
async function scopeOf(token: string, tokens: readonly ApiToken[]): Promise<Scope | undefined> {
  const hash = await sha256(token);
  let found: Scope | undefined;
  for (const known of tokens) {
    if (await timingSafeEqual(hash ?? "", known.hash)) found = known.scope;
  }
  return found;
}

function rank(scope: Scope): number {
  return Scope.options.indexOf(scope);
}

function unauthorized(what: string): CicdError {
  return new CicdError("unauthorized", `Cannot use API: ${what}`, {
    hint: "Send Authorization: Bearer <token>",
  });
}
