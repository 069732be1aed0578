import { toHex } from "#shared/encoding.ts";

/** SHA-256 in hex: the id of a delivery whose forge gives it none. */
export async function bodyHash(body: Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", body)));
}
