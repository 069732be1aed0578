import { type Changes, commits, unchanged } from "./changes.ts";

const actions = {
  opened: { action: "open", action_desc: "open" },
  synchronize: { action: "update", action_desc: "source_branch_changed" },
  reopened: { action: "reopen", action_desc: "reopen" },
  ready_for_review: { action: "update", action_desc: "update_title" },
  closed: { action: "merge", action_desc: "merge" },
  labeled: { action: "update", action_desc: "update_label" },
};

/** What Gitee repeats in the body of what proves the delivery. */
export const inBody = { password: "password-in-body", sign: "sign-in-body" };

/** A payload as Gitee sends it about a pull request, with the fields that we read. */
export function giteePayload(changes: Changes = {}) {
  const { action, head, draft, bot, owner, text } = { ...unchanged, ...changes };
  const web = `https://gitee.com/${owner}/shop`;
  return {
    ...actions[action],
    ...inBody,
    hook_name: "merge_request_hooks",
    repository: { id: 42, path_with_namespace: `${owner}/shop`, clone_url: `${web}.git` },
    pull_request: {
      number: 7,
      html_url: `${web}/pulls/7`,
      title: draft ? "[WIP] Charge the card once" : "Charge the card once",
      body: text,
      user: { login: "mona" },
      head: {
        sha: commits.head,
        ref: "charge-once",
        repo: { here: { id: 42 }, fork: { id: 43 }, gone: null }[head],
      },
      base: { sha: commits.base, ref: "main", repo: { id: 42 } },
    },
    sender: { login: "mona", type: bot ? "Bot" : "User" },
  };
}
