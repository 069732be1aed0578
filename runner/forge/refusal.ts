import * as z from "zod";
import { CicdError } from "#shared/error.ts";

/** An answer that is no success. */
export interface Refused {
  readonly response: Response;
  readonly text: string;
}

/** In milliseconds. Where a forge says not to wait, what it counts may not be renewed yet. */
const shortestWait = 1000;

/**
 * How long a forge wants to be left alone, in milliseconds; undefined when the answer is about
 * something else. GitHub says it with 403 as well as 429.
 */
export function waitOf({ status, headers }: Response, text: string, ourNow: number) {
  const isOver = headers.get("x-ratelimit-remaining") === "0";
  const isLimit =
    status === 429 ||
    (status === 403 && (headers.has("retry-after") || isOver || /rate limit|abuse/i.test(text)));
  if (!isLimit) return undefined;
  // By the clock of the forge: by ours, a time that it names may be over long ago.
  const now = Date.parse(headers.get("date") ?? "") || ourNow;
  const after = headers.get("retry-after");
  if (after !== null) return Math.max(shortestWait, secondsOf(after, now) * 1000);
  const reset = Number(headers.get("x-ratelimit-reset") ?? headers.get("ratelimit-reset") ?? "");
  // What GitHub recommends where it says nothing.
  return isOver && reset > 0 ? Math.max(shortestWait, reset * 1000 - now) : 60_000;
}

function secondsOf(value: string, now: number): number {
  if (/^\d+$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? 60 : Math.ceil((date - now) / 1000);
}

/** Why a forge did not do what it was asked for, as an error that says what to mend. */
export function refusal(
  { forge, scopes }: { readonly forge: string; readonly scopes: string },
  what: string,
  { response, text }: Refused,
  wait: number | undefined,
): CicdError {
  const { status } = response;
  const said = messageIn(text);
  const message = `Cannot use ${forge}: it answered ${status} to ${what}${said === "" ? "" : `: ${said}`}`;
  if (wait !== undefined) {
    return new CicdError("forge_rate_limited", message, {
      retryAfter: wait / 1000,
      hint: `The account of the token has used up what ${forge} allows; give the runner its own`,
    });
  }
  if (status < 400) {
    return new CicdError("forge_refused", `${message}, a redirect`, {
      hint: `Set ${forge}.host or ${forge}.api_url to where it is now; redirects are not followed`,
    });
  }
  if (status === 401 || status === 403 || status === 404) {
    return new CicdError("forge_refused", message, {
      hint: `Give the token for ${forge} what publishing needs: ${scopes}. Or set publish.enabled to false`,
    });
  }
  return new CicdError("forge_rejected", message);
}

const Message = z.object({ message: z.unknown() });
const longestMessage = 300;

/** What the forge says, on one line. */
function messageIn(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "";
  }
  const { data } = Message.safeParse(value);
  const message = typeof data?.message === "string" ? data.message : JSON.stringify(data?.message);
  return (message ?? "").replaceAll(/\p{Cc}+/gu, " ").slice(0, longestMessage);
}
