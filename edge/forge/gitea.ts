import { verifyHmacHex } from "#shared/hmac.ts";
import { claimedByNames } from "./claimed-path.ts";
import type { Expected, ForgeAdapter, Identity, Normalized, RawDelivery } from "./forge.ts";
import { normalizeGiteaComment, normalizeGiteaReview } from "./gitea-comment.ts";
import { normalizeGiteaPullRequest } from "./gitea-pull-request.ts";
import { normalizeGiteaWorkflow } from "./gitea-workflow.ts";
import { normalizePush } from "./github-push.ts";
import { eventHeader, idHeader } from "./header.ts";
import { unauthorized } from "./unauthorized.ts";

/** Webhooks of Gitea and Forgejo, which send the same. */
export const gitea: ForgeAdapter = {
  name: "gitea",
  events: [
    "pull_request",
    "issue_comment",
    "pull_request_comment",
    "pull_request_approved",
    "pull_request_rejected",
    "workflow_run",
  ],
  verify,
  identify,
  claimedPath: claimedByNames,
  normalize,
};

function verify({ headers, body }: RawDelivery, { secrets }: Expected): void {
  const hint =
    "Give the webhook on Gitea the secret that the edge has in GITEA_WEBHOOK_SECRET, and application/json as its content type";
  const hex = headers.get("x-gitea-signature");
  if (hex === null) throw unauthorized("no X-Gitea-Signature", hint);
  if (!/^[0-9a-f]{64}$/.test(hex)) throw unauthorized("malformed X-Gitea-Signature", hint);
  if (!verifyHmacHex(secrets, body, hex)) throw unauthorized("wrong signature", hint);
}

function identify({ headers }: RawDelivery): Identity {
  return {
    id: idHeader(headers, "X-Gitea-Delivery"),
    event: eventHeader(headers, "X-Gitea-Event"),
  };
}

function normalize(event: string, payload: unknown): Normalized {
  switch (event) {
    case "pull_request":
      return normalizeGiteaPullRequest(payload);
    case "issue_comment":
      return normalizeGiteaComment(payload);
    // So Gitea calls its reviews, by what they say.
    case "pull_request_comment":
    case "pull_request_approved":
    case "pull_request_rejected":
      return normalizeGiteaReview(payload);
    case "workflow_run":
      return normalizeGiteaWorkflow(payload);
    case "push":
      return normalizePush("gitea", payload);
    default:
      return { kind: "ignored", reason: `event ${event} is not handled` };
  }
}
