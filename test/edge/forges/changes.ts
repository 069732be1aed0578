import type { PullRequestAction } from "#shared/event.ts";

/** What the payloads of the tests can tell. */
export type ToldAction = Extract<
  PullRequestAction,
  "opened" | "synchronize" | "reopened" | "ready_for_review" | "closed" | "labeled"
>;

/** What of a delivery about pull request 7 of `acme/shop` a test may choose, on any forge. */
export interface Changes {
  /** `labeled` stands for what makes no task by default. */
  readonly action?: ToldAction;
  /** Where the head lies: in the repository itself, in a fork, or in a fork that is gone. */
  readonly head?: "here" | "fork" | "gone";
  readonly draft?: boolean;
  /** Whether a bot sends it. */
  readonly bot?: boolean;
  readonly owner?: string;
  /** Null: the pull request has no text. */
  readonly text?: string | null;
}

/** The choices that a test did not make. */
export const unchanged: Required<Changes> = {
  action: "opened",
  head: "here",
  draft: false,
  bot: false,
  owner: "acme",
  text: "Cards were charged twice.",
};

/** The commits of pull request 7. */
export const commits = { head: "a".repeat(40), base: "b".repeat(40), before: "c".repeat(40) };
