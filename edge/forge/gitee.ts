import * as z from "zod";
import { fromBase64 } from "#shared/encoding.ts";
import { type PullRequestAction, PullRequestEvent, Repository, Sha } from "#shared/event.ts";
import { verifyHmac } from "#shared/hmac.ts";
import { isOneOf } from "../same-secret.ts";
import { bodyHash } from "./body-hash.ts";
import { isDraftTitle } from "./draft-title.ts";
import type { Expected, ForgeAdapter, Identity, Normalized, RawDelivery } from "./forge.ts";
import { eventOf } from "./github-like.ts";
import { eventHeader } from "./header.ts";
import { parseFields } from "./parse-fields.ts";
import { RepositoryPath } from "./repository-path.ts";
import { unauthorized } from "./unauthorized.ts";

/** Webhooks of Gitee. Neither of their two proofs covers the body. */
export const gitee: ForgeAdapter = {
  name: "gitee",
  events: ["Merge Request Hook"],
  verify,
  identify,
  normalize,
};

/** How far a signature's time may be off, in milliseconds. */
const freshness = 60 * 60_000;

const { number, url, title, body, author, head } = PullRequestEvent.shape.pull_request.shape;

const RepositoryId = z.object({ id: z.int() });
const Side = z.object({ sha: Sha, ref: head.shape.ref });

const Action = z.object({
  action: z.string().max(64),
  action_desc: z.string().max(64).nullish(),
});

/** The fields that we read. Each holds what the event wants, so a problem has Gitee's path. */
const Payload = z.object({
  repository: RepositoryId.extend({
    path_with_namespace: RepositoryPath,
    clone_url: Repository.shape.clone_url,
  }),
  pull_request: z.object({
    number,
    html_url: url,
    title,
    body: body.nullish(),
    /** Null when the account is gone. */
    user: z.object({ login: author }).nullish(),
    /** Without it the title tells. */
    draft: z.boolean().nullish(),
    /** `repo` is null when the fork is gone. */
    head: Side.extend({ repo: RepositoryId.nullish() }),
    base: Side,
  }),
  sender: z.object({
    login: PullRequestEvent.shape.sender.shape.login,
    type: z.string().optional(),
  }),
});
type Payload = z.infer<typeof Payload>;

async function verify({ headers }: RawDelivery, { secrets, now }: Expected): Promise<void> {
  const hint = "Give the webhook on Gitee the secret that the edge has in GITEE_WEBHOOK_SECRET";
  const token = headers.get("x-gitee-token");
  if (token === null) throw unauthorized("no X-Gitee-Token", hint);
  if (await isOneOf(secrets, token)) return;
  const timestamp = headers.get("x-gitee-timestamp") ?? "";
  if (!(await isSigned(token, timestamp, secrets))) throw unauthorized("wrong X-Gitee-Token", hint);
  if (Math.abs(now - Number(timestamp)) > freshness) {
    throw unauthorized("X-Gitee-Timestamp is more than an hour off", "Set the edge's clock");
  }
}

/** The signature is base64 of an HMAC whose text is time and secret, and whose key is the secret. */
async function isSigned(
  token: string,
  timestamp: string,
  secrets: readonly string[],
): Promise<boolean> {
  if (!/^\d{1,15}$/.test(timestamp)) return false;
  // Gitee's own description encodes it for a URL, Gitee itself does not.
  const signature = fromBase64(token.replaceAll(/%(2B|2F|3D)/gi, decodeURIComponent));
  for (const secret of secrets) {
    const text = new TextEncoder().encode(`${timestamp}\n${secret}`);
    if (await verifyHmac([secret], text, signature)) return true;
  }
  return false;
}

async function identify({ headers, body }: RawDelivery): Promise<Identity> {
  const timestamp = headers.get("x-gitee-timestamp") ?? "";
  const text = new TextEncoder().encode(`${timestamp}\n${await bodyHash(body)}`);
  return { id: await bodyHash(text), event: eventHeader(headers, "X-Gitee-Event") };
}

function normalize(event: string, payload: unknown): Normalized {
  if (!gitee.events.includes(event)) {
    return { kind: "ignored", reason: `event ${event} is not handled` };
  }
  const fields = parseFields(Action, payload);
  const action = actionOf(fields);
  if (action === undefined) {
    const name = [fields.action, fields.action_desc].filter(Boolean).join(" ");
    return { kind: "ignored", reason: `pull request action ${name} is not handled` };
  }
  return { kind: "event", event: toEvent(action, parseFields(Payload, payload)) };
}

function actionOf({ action, action_desc }: z.infer<typeof Action>): PullRequestAction | undefined {
  switch (action) {
    case "open":
      return "opened";
    case "reopen":
      return "reopened";
    case "close":
    case "merge":
      return "closed";
    case "update":
      // Labels, texts and another base are updates too.
      return action_desc === "source_branch_changed" ? "synchronize" : undefined;
    default:
      return undefined;
  }
}

function toEvent(action: PullRequestAction, payload: Payload): PullRequestEvent {
  const { repository, pull_request, sender } = payload;
  return eventOf(payload, {
    forge: "gitee",
    action,
    path: repository.path_with_namespace,
    base: pull_request.base,
    draft: pull_request.draft ?? isDraftTitle(pull_request.title),
    bot: sender.type === "Bot",
  });
}
