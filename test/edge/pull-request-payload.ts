/** What of a `pull_request` payload a test may choose. */
export interface PayloadChanges {
  readonly action?: string;
  readonly draft?: boolean;
  /** The repository of the head: null when the fork is gone. */
  readonly headRepo?: { readonly id: number } | null;
  readonly user?: { readonly login: string } | null;
  readonly body?: string | null;
  readonly senderType?: string;
}

/** A payload as GitHub sends it about pull request 7 of `acme/shop`, with the fields we read. */
export function pullRequestPayload({
  action = "opened",
  draft = false,
  headRepo = { id: 42 },
  user = { login: "mona" },
  body = "Cards were charged twice.",
  senderType = "User",
}: PayloadChanges = {}) {
  return {
    action,
    number: 7,
    repository: {
      id: 42,
      name: "shop",
      owner: { login: "acme", id: 1 },
      clone_url: "https://github.com/acme/shop.git",
    },
    pull_request: {
      number: 7,
      html_url: "https://github.com/acme/shop/pull/7",
      title: "Charge the card once",
      body,
      user,
      draft,
      head: { sha: "a".repeat(40), ref: "charge-once", repo: headRepo },
      base: { sha: "b".repeat(40), ref: "main", repo: { id: 42 } },
    },
    sender: { login: "mona", type: senderType },
  };
}
