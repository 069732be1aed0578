import { fromBase64 } from "#shared/encoding.ts";
import { verifyHmac } from "#shared/hmac.ts";
import type { RawDelivery } from "./forge.ts";

/** How far the sender's clock may be off, in milliseconds: what the specification advises. */
const tolerance = 5 * 60_000;

/**
 * Checks a delivery that is signed as https://www.standardwebhooks.com has it.
 * @returns what is wrong; undefined when one of the signatures is good under one of the keys.
 */
export function checkStandardWebhook(
  { headers, body }: RawDelivery,
  keys: readonly Uint8Array<ArrayBuffer>[],
  now: number,
): string | undefined {
  const id = headers.get("webhook-id");
  const timestamp = headers.get("webhook-timestamp") ?? "";
  const signatures = headers.get("webhook-signature");
  if (id === null || signatures === null) return "webhook-id or webhook-signature is missing";
  if (!/^\d{1,12}$/.test(timestamp)) return "webhook-timestamp is no time in seconds";
  const signed = concat(new TextEncoder().encode(`${id}.${timestamp}.`), body);
  for (const [, base64 = ""] of signatures.matchAll(/(?:^| )v1,(\S+)/g)) {
    if (!verifyHmac(keys, signed, fromBase64(base64))) continue;
    const age = Math.abs(now - Number(timestamp) * 1000);
    return age > tolerance ? "webhook-timestamp is more than 5 minutes off" : undefined;
  }
  return "wrong webhook-signature";
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
