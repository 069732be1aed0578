import * as z from "zod";
import { type PullRequestAction, PullRequestEvent, Repository, Sha } from "#shared/event.ts";
import { verifyHmacHex } from "#shared/hmac.ts";
import { isDraftTitle } from "./draft-title.ts";
import type { Expected, ForgeAdapter, Identity, Normalized, RawDelivery } from "./forge.ts";
import { eventOf } from "./github-like.ts";
import { eventHeader, idHeader } from "./header.ts";
import { parseFields } from "./parse-fields.ts";
import { unauthorized } from "./unauthorized.ts";

/** Webhooks of Gitea and Forgejo, which send the same. */
export const gitea: ForgeAdapter = {
  name: "gitea",
  events: ["pull_request"],
  verify,
  identify,
  normalize,
};

const { number, url, title, body, author, head } = PullRequestEvent.shape.pull_request.shape;
const { ref } = head.shape;

const RepositoryId = z.object({ id: z.int() });

const Action = z.object({
  action: z.string().max(64),
  pull_request: z.object({ title }).optional(),
  changes: z.object({ title: z.object({ from: z.string() }).nullish() }).nullish(),
});

/** The fields that we read. Each holds what the event wants, so a problem has Gitea's path. */
const Payload = z.object({
  repository: RepositoryId.extend({
    name: Repository.shape.name,
    owner: z.object({ login: Repository.shape.owner }),
    clone_url: Repository.shape.clone_url,
  }),
  pull_request: z.object({
    number,
    html_url: url,
    title,
    body: body.nullish(),
    /** Null when the account is gone. */
    user: z.object({ login: author }).nullish(),
    /** Newer versions say it; before, the title tells. */
    draft: z.boolean().optional(),
    /** `repo` is null when the fork is gone. */
    head: z.object({ sha: Sha, ref, repo: RepositoryId.nullish() }),
    /** `sha` is empty when the branch is gone. */
    base: z.object({ sha: Sha.or(z.literal("")), ref }),
  }),
  sender: z.object({ login: PullRequestEvent.shape.sender.shape.login }),
});
type Payload = z.infer<typeof Payload>;

async function verify({ headers, body }: RawDelivery, { secrets }: Expected): Promise<void> {
  const hint =
    "Give the webhook on Gitea the secret that the edge has in GITEA_WEBHOOK_SECRET, and application/json as its content type";
  const hex = headers.get("x-gitea-signature");
  if (hex === null) throw unauthorized("no X-Gitea-Signature", hint);
  if (!/^[0-9a-f]{64}$/.test(hex)) throw unauthorized("malformed X-Gitea-Signature", hint);
  if (!(await verifyHmacHex(secrets, body, hex))) throw unauthorized("wrong signature", hint);
}

async function identify({ headers }: RawDelivery): Promise<Identity> {
  return {
    id: idHeader(headers, "X-Gitea-Delivery"),
    event: eventHeader(headers, "X-Gitea-Event"),
  };
}

function normalize(event: string, payload: unknown): Normalized {
  if (!gitea.events.includes(event)) {
    return { kind: "ignored", reason: `event ${event} is not handled` };
  }
  const fields = parseFields(Action, payload);
  const action = actionOf(fields);
  if (action === undefined) {
    return { kind: "ignored", reason: `pull_request action ${fields.action} is not handled` };
  }
  return { kind: "event", event: toEvent(action, parseFields(Payload, payload)) };
}

function actionOf(payload: z.infer<typeof Action>): PullRequestAction | undefined {
  switch (payload.action) {
    case "opened":
    case "reopened":
    case "closed":
      return payload.action;
    case "synchronized":
      return "synchronize";
    case "edited":
      return isDraftNoMore(payload) ? "ready_for_review" : undefined;
    default:
      return undefined;
  }
}

/** A draft is one by its title, so it ends with an edit. */
function isDraftNoMore({ pull_request, changes }: z.infer<typeof Action>): boolean {
  const before = changes?.title?.from ?? "";
  return isDraftTitle(before) && !isDraftTitle(pull_request?.title ?? "");
}

function toEvent(action: PullRequestAction, payload: Payload): PullRequestEvent {
  const { repository, pull_request, sender } = payload;
  const { sha, ref } = pull_request.base;
  return eventOf(payload, {
    forge: "gitea",
    action,
    path: { owner: repository.owner.login, name: repository.name },
    base: sha === "" ? { ref } : { sha, ref },
    draft: pull_request.draft ?? isDraftTitle(pull_request.title),
    bot: isBot(sender.login),
  });
}

/** Gitea marks no account as one: its own runner's, and those that name themselves so. */
function isBot(login: string): boolean {
  return /^(?:gitea|forgejo)-actions$|\[bot\]$/.test(login);
}
