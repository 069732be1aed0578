import { hmacHex, verifyHmacHex } from "#shared/hmac.ts";
import type { Scope } from "#shared/scope.ts";
import type { ApiToken } from "../config.ts";
import { isOneOf } from "../same-secret.ts";

/** The name of the cookie that says who is signed in. */
export const cookieName = "cicd_runner_dashboard";

/** What cookies are checked by. */
export interface CookieOptions {
  /** The secrets that seals are checked with; several while they are rotated. */
  readonly secrets: readonly string[];
  readonly tokens: readonly ApiToken[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * The value that signs a browser in until a time, in epoch milliseconds: `<expiry in epoch
 * seconds>.<SHA-256 of the token>.<HMAC over both>`. The token itself is not in it.
 */
export function sealCookie(
  { hash }: Pick<ApiToken, "hash">,
  { secret, until }: { readonly secret: string; readonly until: number },
): string {
  const expiry = Math.floor(until / 1000);
  return `${expiry}.${hash}.${hmacHex(secret, message(expiry, hash))}`;
}

/**
 * What a cookie lets its browser do; undefined when it is malformed, forged or has run out, or its
 * token is not configured any more.
 */
export function openCookie(
  value: string | undefined,
  { secrets, tokens, now }: CookieOptions,
): Scope | undefined {
  const parts = /^(\d{1,12})\.([0-9a-f]{64})\.([0-9a-f]{64})$/.exec(value ?? "");
  if (parts === null) return undefined;
  const [, digits = "", hash = "", seal = ""] = parts;
  const expiry = Number(digits);
  if (!verifyHmacHex(secrets, message(expiry, hash), seal)) return undefined;
  if (now >= expiry * 1000) return undefined;
  return tokens.findLast((token) => isOneOf([token.hash], hash))?.scope;
}

/** Not to be taken for a link or a seal, which are under the same secret. */
function message(expiry: number, hash: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`dashboard\n${expiry}\n${hash}`);
}
