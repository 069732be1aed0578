import type { PullRequestEvent } from "#shared/event.ts";

/** A valid event about pull request `number` of `acme/shop`, as a test starts from. */
export function pullRequestEvent(number = 7): PullRequestEvent {
  return {
    type: "pull_request",
    forge: "github",
    action: "synchronize",
    repository: {
      host: "github.com",
      owner: "acme",
      name: "shop",
      clone_url: "https://github.com/acme/shop.git",
    },
    pull_request: {
      number,
      url: `https://github.com/acme/shop/pull/${number}`,
      title: "Charge the card once",
      body: "",
      author: "mona",
      draft: false,
      head: { sha: "a".repeat(40), ref: "charge-once" },
      base: { sha: "b".repeat(40), ref: "main" },
      fork: false,
    },
    sender: { login: "mona", bot: false },
  };
}
