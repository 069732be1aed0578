import { createHmac, timingSafeEqual } from "node:crypto";
import { fromHex } from "./encoding.ts";

/*
 * By `node:crypto`, which Workers have too: WebCrypto hands each call to another thread, and on a
 * loaded machine the way there and back takes longer than all else of a webhook.
 */

/** A text is the key as its UTF-8 bytes. */
type Secret = string | Uint8Array;

/** HMAC-SHA-256 of `data` under `secret`, as lower-case hex. */
export function hmacHex(secret: Secret, data: Uint8Array): string {
  return createHmac("sha256", secret).update(data).digest("hex");
}

/**
 * Whether `hex` is the HMAC-SHA-256 of `data` under one of `secrets`; a signature that is no hex is
 * simply wrong.
 */
export function verifyHmacHex(secrets: readonly Secret[], data: Uint8Array, hex: string): boolean {
  return verifyHmac(secrets, data, [fromHex(hex)]);
}

/**
 * Whether one of `signatures` is the HMAC-SHA-256 of `data` under one of `secrets`. Compares in
 * constant time; what has not 32 bytes, or could not be decoded, is wrong. The data is read once for
 * each secret, however many signatures somebody sends.
 */
export function verifyHmac(
  secrets: readonly Secret[],
  data: Uint8Array,
  signatures: readonly (Uint8Array | undefined)[],
): boolean {
  const whole = signatures.flatMap((signature) => (signature?.length === 32 ? [signature] : []));
  if (whole.length === 0) return false;
  return secrets.some((secret) => {
    const digest = createHmac("sha256", secret).update(data).digest();
    return whole.some((signature) => timingSafeEqual(digest, signature));
  });
}
