import { type Changes, commits, unchanged } from "./changes.ts";

const actions = {
  opened: { action: "open" },
  synchronize: { action: "update", oldrev: commits.before },
  reopened: { action: "reopen" },
  ready_for_review: { action: "update" },
  closed: { action: "merge" },
  labeled: { action: "update" },
};

/** A payload as GitLab sends it about a merge request, with the fields that we read. */
export function gitlabPayload(changes: Changes = {}) {
  const { action, head, draft, bot, owner, text } = { ...unchanged, ...changes };
  const web = `https://gitlab.com/${owner}/shop`;
  return {
    object_kind: "merge_request",
    user: { id: 51, username: bot ? "project_42_bot_5e8c" : "mona" },
    project: {
      id: 42,
      path_with_namespace: `${owner}/shop`,
      web_url: web,
      git_http_url: `${web}.git`,
    },
    object_attributes: {
      iid: 7,
      url: `${web}/-/merge_requests/7`,
      title: draft ? "Draft: Charge the card once" : "Charge the card once",
      description: text,
      author_id: 51,
      draft,
      work_in_progress: draft,
      source_branch: "charge-once",
      target_branch: "main",
      source_project_id: { here: 42, fork: 43, gone: null }[head],
      target_project_id: 42,
      last_commit: { id: commits.head },
      ...actions[action],
    },
    changes: {
      ...(action === "ready_for_review" && { draft: { previous: true, current: false } }),
      ...(action === "labeled" && { labels: { previous: [], current: [{ title: "urgent" }] } }),
    },
  };
}
