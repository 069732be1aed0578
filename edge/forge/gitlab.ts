import * as z from "zod";
import { type PullRequestAction, PullRequestEvent, Repository, Sha } from "#shared/event.ts";
import { standardWebhookKey } from "#shared/standard-webhook-key.ts";
import { isOneOf } from "../same-secret.ts";
import { bodyHash } from "./body-hash.ts";
import { isDraftTitle } from "./draft-title.ts";
import type { Expected, ForgeAdapter, Identity, Normalized, RawDelivery } from "./forge.ts";
import { eventHeader, idHeader } from "./header.ts";
import { parseFields } from "./parse-fields.ts";
import { RepositoryPath } from "./repository-path.ts";
import { checkStandardWebhook } from "./standard-webhooks.ts";
import { unauthorized } from "./unauthorized.ts";

/** Webhooks of GitLab: of a project, a group or the whole instance. */
export const gitlab: ForgeAdapter = {
  name: "gitlab",
  events: ["Merge Request Hook", "System Hook"],
  verify,
  identify,
  normalize,
};

const { number, url, title, body, author, head } = PullRequestEvent.shape.pull_request.shape;
const { ref } = head.shape;

const Change = z
  .object({ previous: z.unknown().optional(), current: z.unknown().optional() })
  .nullish();

const Kind = z.object({ object_kind: z.string().optional() });

const Action = z.object({
  object_attributes: z.object({
    action: z.string().max(64).optional(),
    /** What the source branch was at before a push; only a push has it. */
    oldrev: z.string().nullish(),
  }),
  changes: z.object({ draft: Change, title: Change }).nullish(),
});

const User = z.object({ id: z.int().optional(), username: author });

/** The fields that we read. Each holds what the event wants, so a problem has GitLab's path. */
const Payload = z.object({
  user: User,
  project: z.object({
    path_with_namespace: RepositoryPath,
    git_http_url: Repository.shape.clone_url,
  }),
  object_attributes: z.object({
    iid: number,
    url,
    title,
    description: body.nullish(),
    author_id: z.int().optional(),
    /** The older name, `work_in_progress`, is there as well. */
    draft: z.boolean().optional(),
    work_in_progress: z.boolean().optional(),
    source_branch: ref,
    target_branch: ref,
    /** Null when the fork is gone. */
    source_project_id: z.int().nullish(),
    target_project_id: z.int(),
    /** Null when the source branch has nothing that the target branch has not. */
    last_commit: z.object({ id: Sha }).nullish(),
  }),
  assignees: z.array(User).optional(),
  reviewers: z.array(User).optional(),
});
type Payload = z.infer<typeof Payload>;

async function verify(delivery: RawDelivery, { secrets, now }: Expected): Promise<void> {
  const token = delivery.headers.get("x-gitlab-token");
  const keys = secrets.flatMap((secret) => standardWebhookKey(secret) ?? []);
  const plain = secrets.filter((secret) => standardWebhookKey(secret) === undefined);
  if (token !== null && (await isOneOf(plain, token))) return;
  const hint = "Give the webhook on GitLab a token that the edge has in GITLAB_WEBHOOK_SECRET";
  if (keys.length === 0) {
    throw unauthorized(token === null ? "no X-Gitlab-Token" : "wrong X-Gitlab-Token", hint);
  }
  const problem = await checkStandardWebhook(delivery, keys, now);
  if (problem !== undefined) throw unauthorized(problem, hint);
}

async function identify({ headers, body }: RawDelivery): Promise<Identity> {
  // The UUID of the event is no id: all hooks that one event sets off have the same.
  const name = ["webhook-id", "Idempotency-Key"].find((candidate) => headers.has(candidate));
  return {
    id: name === undefined ? await bodyHash(body) : idHeader(headers, name),
    event: eventHeader(headers, "X-Gitlab-Event"),
  };
}

function normalize(event: string, payload: unknown): Normalized {
  const { object_kind } = parseFields(Kind, payload);
  if (!gitlab.events.includes(event) || object_kind !== "merge_request") {
    return { kind: "ignored", reason: `event ${event} is not handled` };
  }
  const fields = parseFields(Action, payload);
  const action = actionOf(fields);
  if (action === undefined) {
    const name = fields.object_attributes.action ?? "none";
    return { kind: "ignored", reason: `merge_request action ${name} is not handled` };
  }
  return toEvent(action, parseFields(Payload, payload));
}

function actionOf(payload: z.infer<typeof Action>): PullRequestAction | undefined {
  const { action, oldrev } = payload.object_attributes;
  switch (action) {
    case "open":
      return "opened";
    case "reopen":
      return "reopened";
    case "close":
    case "merge":
      return "closed";
    case "update":
      // Labels, assignees and texts are updates too.
      if (typeof oldrev === "string") return "synchronize";
      return isDraftNoMore(payload.changes) ? "ready_for_review" : undefined;
    default:
      return undefined;
  }
}

function isDraftNoMore(changes: z.infer<typeof Action>["changes"]): boolean {
  if (changes?.draft) return changes.draft.previous === true && changes.draft.current === false;
  // Older versions tell of a draft by its title alone.
  const { previous, current } = changes?.title ?? {};
  return isDraftTitle(String(previous ?? "")) && !isDraftTitle(String(current ?? ""));
}

function toEvent(action: PullRequestAction, payload: Payload): Normalized {
  const { project, user, object_attributes: request } = payload;
  if (!request.last_commit) {
    return { kind: "ignored", reason: "the merge request has no commits" };
  }
  const event: PullRequestEvent = {
    type: "pull_request",
    forge: "gitlab",
    action,
    repository: {
      host: new URL(request.url).host,
      ...project.path_with_namespace,
      clone_url: project.git_http_url,
    },
    pull_request: {
      number: request.iid,
      url: request.url,
      title: request.title,
      body: request.description ?? "",
      author: authorOf(payload),
      draft: request.draft ?? request.work_in_progress ?? false,
      head: { sha: request.last_commit.id, ref: request.source_branch },
      base: { ref: request.target_branch },
      fork: request.source_project_id !== request.target_project_id,
    },
    sender: { login: user.username, bot: isBot(user.username) },
  };
  return { kind: "event", event };
}

/** GitLab gives the author's number alone; the name is there when the author has another part. */
function authorOf({ user, assignees = [], reviewers = [], object_attributes }: Payload): string {
  const { author_id } = object_attributes;
  if (author_id === undefined) return "";
  return [user, ...assignees, ...reviewers].find(({ id }) => id === author_id)?.username ?? "";
}

/** Access tokens of projects and groups, and service accounts, act under names of this form. */
function isBot(username: string): boolean {
  return /^(?:(?:project|group)_\d+_bot|service_account_)/.test(username);
}
