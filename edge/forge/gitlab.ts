import * as z from "zod";
import { sha256Hex } from "#shared/sha256.ts";
import { standardWebhookKey } from "#shared/standard-webhook-key.ts";
import { isOneOf } from "../same-secret.ts";
import { claimedByPath } from "./claimed-path.ts";
import type { Expected, ForgeAdapter, Identity, Normalized, RawDelivery } from "./forge.ts";
import { normalizeMergeRequest } from "./gitlab-merge-request.ts";
import { normalizeNote } from "./gitlab-note.ts";
import { normalizePipeline } from "./gitlab-pipeline.ts";
import { normalizeGitLabPush } from "./gitlab-push.ts";
import { eventHeader, idHeader } from "./header.ts";
import { parseFields } from "./parse-fields.ts";
import { checkStandardWebhook } from "./standard-webhooks.ts";
import { unauthorized } from "./unauthorized.ts";

/** Webhooks of GitLab: of a project, a group or the whole instance. */
export const gitlab: ForgeAdapter = {
  name: "gitlab",
  events: ["Merge Request Hook", "Note Hook", "Pipeline Hook", "System Hook"],
  verify,
  identify,
  claimedPath: (payload) => claimedByPath(payload, "project"),
  normalize,
};

/** What each hook holds. That of a whole instance has all kinds; what is confidential has another. */
const hooks: Readonly<Record<string, string>> = {
  "Merge Request Hook": "merge_request",
  "Note Hook": "note",
  "Pipeline Hook": "pipeline",
  "Push Hook": "push",
};

const Kind = z.object({ object_kind: z.string().optional() });

function verify(delivery: RawDelivery, { secrets, now }: Expected): void {
  const token = delivery.headers.get("x-gitlab-token");
  const keys = secrets.flatMap((secret) => standardWebhookKey(secret) ?? []);
  const plain = secrets.filter((secret) => standardWebhookKey(secret) === undefined);
  if (token !== null && isOneOf(plain, token)) return;
  const hint = "Give the webhook on GitLab a token that the edge has in GITLAB_WEBHOOK_SECRET";
  if (keys.length === 0) {
    throw unauthorized(token === null ? "no X-Gitlab-Token" : "wrong X-Gitlab-Token", hint);
  }
  const problem = checkStandardWebhook(delivery, keys, now);
  if (problem !== undefined) throw unauthorized(problem, hint);
}

function identify({ headers, body }: RawDelivery): Identity {
  // The UUID of the event is no id: all hooks that one event sets off have the same.
  const name = ["webhook-id", "Idempotency-Key"].find((candidate) => headers.has(candidate));
  return {
    id: name === undefined ? sha256Hex(body) : idHeader(headers, name),
    event: eventHeader(headers, "X-Gitlab-Event"),
  };
}

function normalize(event: string, payload: unknown): Normalized {
  const { object_kind } = parseFields(Kind, payload);
  const isKnown = event === "System Hook" || hooks[event] === object_kind;
  switch (isKnown ? object_kind : undefined) {
    case "merge_request":
      return normalizeMergeRequest(payload);
    case "note":
      return normalizeNote(payload);
    case "pipeline":
      return normalizePipeline(payload);
    case "push":
      return normalizeGitLabPush(payload);
    default:
      return { kind: "ignored", reason: `event ${event} is not handled` };
  }
}
