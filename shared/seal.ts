import { CicdError } from "./error.ts";
import { hmacHex, verifyHmacHex } from "./hmac.ts";

/** The header that proves that a request to the runner comes from its edge. */
export const sealHeader = "x-cicd-runner-seal";

/** How far the clocks of edge and runner may be apart, in seconds. */
const window = 300;

/** The parts of a request that a seal covers. */
export interface Sealed {
  method: string;
  /** Path with its query, as it is sent. */
  path: string;
  body: Uint8Array;
}

/** The value of {@link sealHeader}: `t=<seconds>,v1=<hex>`, an HMAC over time and request. */
export function seal(secret: string, request: Sealed, now: number): string {
  const time = Math.floor(now / 1000);
  return `t=${time},v1=${hmacHex(secret, message(time, request))}`;
}

/**
 * Checks a seal against the secrets that are good now (several while they are rotated). `now` is in
 * milliseconds.
 * @returns when it was made by the clock of its maker, in epoch milliseconds of whole seconds.
 * @throws CicdError `unauthorized`, saying whether the seal is missing, malformed, late or wrong.
 */
export function checkSeal(
  secrets: readonly string[],
  request: Sealed,
  value: string | null,
  now: number,
): number {
  if (value === null) throw unauthorized("no seal", `Send the header ${sealHeader}`);
  const [, digits, hex] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(value) ?? [];
  if (digits === undefined || hex === undefined) {
    throw unauthorized("malformed seal", "The form is t=<seconds>,v1=<hex>");
  }
  const time = Number(digits);
  const away = Math.abs(now / 1000 - time);
  if (away > window) {
    throw unauthorized(
      `seal is ${Math.round(away)} s away from the runner's clock`,
      `Keep both clocks in time: ${window} s are allowed`,
    );
  }
  if (!verifyHmacHex(secrets, message(time, request), hex)) {
    throw unauthorized("wrong seal", "Edge and runner need the same RUNNER_SECRET");
  }
  return time * 1000;
}

function message(time: number, { method, path, body }: Sealed): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`${time}\n${method}\n${path}\n`);
  const all = new Uint8Array(head.length + body.length);
  all.set(head);
  all.set(body, head.length);
  return all;
}

function unauthorized(what: string, hint: string): CicdError {
  return new CicdError("unauthorized", `Cannot accept request: ${what}`, { hint });
}
