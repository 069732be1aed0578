import { pullRequestPayload } from "../pull-request-payload.ts";
import { type Changes, unchanged } from "./changes.ts";

/** A payload as GitHub sends it, by the choices that all forges have. */
export function githubPayload(changes: Changes = {}) {
  const { action, head, draft, bot, owner, text } = { ...unchanged, ...changes };
  const payload = pullRequestPayload({
    action,
    draft,
    headRepo: { here: { id: 42 }, fork: { id: 43 }, gone: null }[head],
    body: text,
    senderType: bot ? "Bot" : "User",
  });
  const web = `https://github.com/${owner}/shop`;
  return {
    ...payload,
    repository: { ...payload.repository, owner: { login: owner }, clone_url: `${web}.git` },
    pull_request: { ...payload.pull_request, html_url: `${web}/pull/7` },
  };
}
