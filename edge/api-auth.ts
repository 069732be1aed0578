import { CicdError } from "#shared/error.ts";
import { Scope } from "#shared/scope.ts";
import { sha256Hex } from "#shared/sha256.ts";
import type { ApiToken } from "./config.ts";
import { isOneOf } from "./same-secret.ts";

/**
 * Checks an `Authorization` header against the configured tokens.
 * @throws CicdError `unauthorized` without a known bearer token, `forbidden` when its scope is too
 * low.
 */
export function authorize(
  header: string | undefined,
  tokens: readonly ApiToken[],
  needed: Scope,
): void {
  const [, token] = /^bearer +([\x21-\x7e]{1,512})$/i.exec(header ?? "") ?? [];
  if (token === undefined) {
    throw unauthorized("no bearer token", "Send Authorization: Bearer <token>");
  }
  const known = findToken(token, tokens);
  if (known === undefined) {
    throw unauthorized("unknown token", "Put its entry into edge.api_tokens, and reload the edge");
  }
  requireScope(known.scope, needed);
}

/** A presented token as it is configured. Each one is compared, so time tells nothing. */
export function findToken(token: string, tokens: readonly ApiToken[]): ApiToken | undefined {
  const hash = sha256Hex(token);
  return tokens.filter((known) => isOneOf([known.hash], hash)).at(-1);
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

function unauthorized(what: string, hint: string): CicdError {
  return new CicdError("unauthorized", `Cannot use API: ${what}`, { hint });
}
