import * as z from "zod";
import { PullRequestAction, PullRequestEvent, Repository, Sha } from "#shared/event.ts";
import type { Normalized } from "./forge.ts";
import { eventOf } from "./github-like.ts";
import { parseFields } from "./parse-fields.ts";

const { number, url, title, body, author, head } = PullRequestEvent.shape.pull_request.shape;

const RepositoryId = z.object({ id: z.int() });
const Side = z.object({ sha: Sha, ref: head.shape.ref });

const Action = z.object({ action: z.string().max(64) });

/** The fields that we read. Each holds what the event wants, so a problem has GitHub's path. */
const Payload = z.object({
  action: PullRequestAction,
  repository: RepositoryId.extend({
    name: Repository.shape.name,
    owner: z.object({ login: Repository.shape.owner }),
    clone_url: Repository.shape.clone_url,
  }),
  pull_request: z.object({
    number,
    html_url: url,
    title,
    body: body.nullable(),
    /** Null when the account is gone. */
    user: z.object({ login: author }).nullable(),
    draft: z.boolean(),
    /** `repo` is null when the fork is gone. */
    head: Side.extend({ repo: RepositoryId.nullable() }),
    base: Side,
  }),
  sender: z.object({ login: PullRequestEvent.shape.sender.shape.login, type: z.string() }),
});
type Payload = z.infer<typeof Payload>;

/**
 * A `pull_request` payload in forge-neutral form.
 * @throws CicdError `invalid_request` with the path of the first problem.
 */
export function normalizePullRequest(payload: unknown): Normalized {
  const { action } = parseFields(Action, payload);
  if (!PullRequestAction.safeParse(action).success) {
    return { kind: "ignored", reason: `pull_request action ${action} is not handled` };
  }
  return { kind: "event", event: toEvent(parseFields(Payload, payload)) };
}

function toEvent(payload: Payload): PullRequestEvent {
  const { action, repository, pull_request, sender } = payload;
  return eventOf(payload, {
    forge: "github",
    action,
    path: { owner: repository.owner.login, name: repository.name },
    base: pull_request.base,
    draft: pull_request.draft,
    // GitHub itself shows the work of accounts that are gone as that of "ghost".
    ghost: "ghost",
    bot: sender.type === "Bot",
  });
}
