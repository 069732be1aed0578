import { verifyHmacHex } from "#shared/hmac.ts";
import { claimedByNames } from "./claimed-path.ts";
import type { Expected, ForgeAdapter, Identity, Normalized, RawDelivery } from "./forge.ts";
import { normalizeCheck, normalizeWorkflowRun } from "./github-check.ts";
import { normalizeComment } from "./github-comment.ts";
import { normalizePullRequest } from "./github-pull-request.ts";
import { normalizePush } from "./github-push.ts";
import { eventHeader, idHeader } from "./header.ts";
import { unauthorized } from "./unauthorized.ts";

/** Webhooks of GitHub and GitHub Enterprise Server. */
export const github: ForgeAdapter = {
  name: "github",
  events: [
    "pull_request",
    "issue_comment",
    "pull_request_review_comment",
    "check_run",
    "check_suite",
    "workflow_run",
  ],
  verify,
  identify,
  claimedPath: claimedByNames,
  normalize,
};

const hint = "Give the webhook on GitHub the secret that the edge has in GITHUB_WEBHOOK_SECRET";

function verify({ headers, body }: RawDelivery, { secrets }: Expected): void {
  const header = headers.get("x-hub-signature-256");
  if (header === null) throw unauthorized("no X-Hub-Signature-256", hint);
  const [, hex] = /^sha256=([0-9a-f]{64})$/.exec(header) ?? [];
  if (hex === undefined) throw unauthorized("malformed X-Hub-Signature-256", hint);
  if (!verifyHmacHex(secrets, body, hex)) throw unauthorized("wrong signature", hint);
}

function identify({ headers }: RawDelivery): Identity {
  return {
    id: idHeader(headers, "X-GitHub-Delivery"),
    event: eventHeader(headers, "X-GitHub-Event"),
  };
}

function normalize(event: string, payload: unknown): Normalized {
  switch (event) {
    case "pull_request":
      return normalizePullRequest(payload);
    case "issue_comment":
    case "pull_request_review_comment":
      return normalizeComment(event, payload);
    case "check_run":
    case "check_suite":
      return normalizeCheck(event, payload);
    case "workflow_run":
      return normalizeWorkflowRun("github", payload);
    case "push":
      return normalizePush("github", payload);
    case "ping":
      return { kind: "ignored", reason: "ping: the webhook works" };
    default:
      return { kind: "ignored", reason: `event ${event} is not handled` };
  }
}
