import { createHash, randomBytes } from "node:crypto";

/** A fresh API token, and the entry of `edge.api_tokens` that holds its hash. */
export function createToken(scope: string): { token: string; entry: string } {
  const token = `cicd_${randomBytes(32).toString("base64url")}`;
  const hash = createHash("sha256").update(token).digest("hex");
  return { token, entry: `${scope}:${hash}` };
}
