import { randomBytes } from "node:crypto";
import { sha256Hex } from "#shared/sha256.ts";

/** A fresh API token, and the entry of `edge.api_tokens` that holds its hash. */
export function createToken(scope: string): { token: string; entry: string } {
  const token = `cicd_${randomBytes(32).toString("base64url")}`;
  return { token, entry: `${scope}:${sha256Hex(token)}` };
}
