import { fromBase64 } from "#shared/encoding.ts";
import { verifyHmac } from "#shared/hmac.ts";
import { sha256Hex } from "#shared/sha256.ts";
import { isOneOf } from "../same-secret.ts";
import { claimedByPath } from "./claimed-path.ts";
import type { Expected, ForgeAdapter, Identity, Normalized, RawDelivery } from "./forge.ts";
import { normalizeGiteeComment } from "./gitee-comment.ts";
import { normalizeGiteePullRequest } from "./gitee-pull-request.ts";
import { normalizeGiteePush } from "./gitee-push.ts";
import { eventHeader } from "./header.ts";
import { unauthorized } from "./unauthorized.ts";

/** Webhooks of Gitee. Neither of their two proofs covers the body. */
export const gitee: ForgeAdapter = {
  name: "gitee",
  events: ["Merge Request Hook", "Note Hook"],
  verify,
  identify,
  claimedPath: (payload) => claimedByPath(payload, "repository"),
  normalize,
};

/** How far a signature's time may be off, in milliseconds. */
const freshness = 60 * 60_000;

function verify({ headers }: RawDelivery, { secrets, now }: Expected): void {
  const hint = "Give the webhook on Gitee the secret that the edge has in GITEE_WEBHOOK_SECRET";
  const token = headers.get("x-gitee-token");
  if (token === null) throw unauthorized("no X-Gitee-Token", hint);
  if (isOneOf(secrets, token)) return;
  const timestamp = headers.get("x-gitee-timestamp") ?? "";
  if (!isSigned(token, timestamp, secrets)) throw unauthorized("wrong X-Gitee-Token", hint);
  if (Math.abs(now - Number(timestamp)) > freshness) {
    throw unauthorized("X-Gitee-Timestamp is more than an hour off", "Set the edge's clock");
  }
}

/** The signature is base64 of an HMAC whose text is time and secret, and whose key is the secret. */
function isSigned(token: string, timestamp: string, secrets: readonly string[]): boolean {
  if (!/^\d{1,15}$/.test(timestamp)) return false;
  // Gitee's own description encodes it for a URL, Gitee itself does not.
  const signature = fromBase64(token.replaceAll(/%(2B|2F|3D)/gi, decodeURIComponent));
  return secrets.some((secret) => {
    const text = new TextEncoder().encode(`${timestamp}\n${secret}`);
    return verifyHmac([secret], text, [signature]);
  });
}

function identify({ headers, body }: RawDelivery): Identity {
  const timestamp = headers.get("x-gitee-timestamp") ?? "";
  return {
    id: sha256Hex(`${timestamp}\n${sha256Hex(body)}`),
    event: eventHeader(headers, "X-Gitee-Event"),
  };
}

function normalize(event: string, payload: unknown): Normalized {
  switch (event) {
    case "Merge Request Hook":
      return normalizeGiteePullRequest(payload);
    case "Note Hook":
      return normalizeGiteeComment(payload);
    case "Push Hook":
      return normalizeGiteePush(payload);
    default:
      return { kind: "ignored", reason: `event ${event} is not handled` };
  }
}
