import { createHash, timingSafeEqual } from "node:crypto";

/** Whether a text is one of the secrets. All are compared, in constant time. */
export function isOneOf(secrets: readonly string[], presented: string): boolean {
  const digest = digestOf(presented);
  return secrets.filter((secret) => timingSafeEqual(digestOf(secret), digest)).length > 0;
}

/** Of one length, whatever the text's is. */
function digestOf(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
