import { type Changes, commits, unchanged } from "./changes.ts";

const actions = {
  opened: { action: "opened" },
  synchronize: { action: "synchronized" },
  reopened: { action: "reopened" },
  ready_for_review: {
    action: "edited",
    changes: { title: { from: "WIP: Charge the card once" } },
  },
  closed: { action: "closed" },
  labeled: { action: "label_updated" },
};

/** A payload as Gitea and Forgejo send it about a pull request, with the fields that we read. */
export function giteaPayload(changes: Changes = {}) {
  const { action, head, draft, bot, owner, text } = { ...unchanged, ...changes };
  const web = `https://git.example.com/${owner}/shop`;
  return {
    ...actions[action],
    number: 7,
    repository: { id: 42, name: "shop", owner: { login: owner }, clone_url: `${web}.git` },
    pull_request: {
      number: 7,
      html_url: `${web}/pulls/7`,
      title: draft ? "WIP: Charge the card once" : "Charge the card once",
      body: text ?? "",
      user: { login: "mona" },
      head: {
        sha: commits.head,
        ref: "charge-once",
        repo: { here: { id: 42 }, fork: { id: 43 }, gone: null }[head],
      },
      base: { sha: commits.base, ref: "main", repo: { id: 42 } },
    },
    sender: { login: bot ? "forgejo-actions" : "mona" },
  };
}
