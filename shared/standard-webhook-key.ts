import { fromBase64 } from "./encoding.ts";

/**
 * The key in a signing token of Standard Webhooks, `whsec_<base64>`; undefined when the text is none.
 */
export function standardWebhookKey(token: string): Uint8Array<ArrayBuffer> | undefined {
  const [, base64] = /^whsec_(.+)$/.exec(token) ?? [];
  return base64 === undefined ? undefined : fromBase64(base64);
}
