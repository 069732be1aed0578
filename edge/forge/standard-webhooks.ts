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
  const header = headers.get("webhook-signature");
  if (id === null || header === null) return "webhook-id or webhook-signature is missing";
  if (!/^\d{1,12}$/.test(timestamp)) return "webhook-timestamp is no time in seconds";
  const signed = concat(new TextEncoder().encode(`${id}.${timestamp}.`), body);
  const told = [...header.matchAll(/(?:^| )v1,(\S+)/g)];
  const signatures = told.map(([, base64 = ""]) => fromBase64(base64));
  if (!verifyHmac(keys, signed, signatures)) return "wrong webhook-signature";
  const age = Math.abs(now - Number(timestamp) * 1000);
  return age > tolerance ? "webhook-timestamp is more than 5 minutes off" : undefined;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
