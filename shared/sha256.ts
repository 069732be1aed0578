import { createHash } from "node:crypto";

/** SHA-256 as lower-case hex; of a text, of its UTF-8 bytes. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
