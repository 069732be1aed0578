import { CicdError } from "#shared/error.ts";
import { hmacHex, verifyHmacHex } from "#shared/hmac.ts";

/** How links to tasks are made. */
export interface LinkOptions {
  readonly secret: string;
  /** How long a link works, in milliseconds. */
  readonly ttl: number;
}

/**
 * The URLs that a task can be followed at without an API token. Their token is
 * `<expiry in epoch seconds>.<HMAC over task and expiry>`: good for reading this task alone.
 */
export function taskLinks(
  base: string,
  taskId: string,
  { secret, ttl }: LinkOptions,
  now: number,
): { status_url: string; events_url: string } {
  const expiry = Math.ceil((now + ttl) / 1000);
  const token = `${expiry}.${hmacHex(secret, message(taskId, expiry))}`;
  const url = `${base.replace(/\/+$/, "")}/v1/tasks/${taskId}`;
  return { status_url: `${url}?token=${token}`, events_url: `${url}/events?token=${token}` };
}

/**
 * Checks the token of a link. `now` is in milliseconds.
 * @throws CicdError `unauthorized` when it is malformed, forged, expired or of another task.
 */
export function authorizeLink(
  secrets: readonly string[],
  taskId: string,
  token: string,
  now: number,
): void {
  const [, digits = "", hex = ""] = /^(\d{1,12})\.([0-9a-f]{64})$/.exec(token) ?? [];
  const expiry = Number(digits);
  if (!verifyHmacHex(secrets, message(taskId, expiry), hex)) {
    throw unauthorized("token is not for this task");
  }
  if (now >= expiry * 1000) throw unauthorized("token has expired");
}

function message(taskId: string, expiry: number): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`link\n${taskId}\n${expiry}`);
}

function unauthorized(what: string): CicdError {
  return new CicdError("unauthorized", `Cannot open link: ${what}`, {
    hint: "Ask with an API token in the Authorization header",
  });
}
