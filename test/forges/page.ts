import type { FakeServer } from "./fake-server.ts";

/** A comment as a person sees it. */
export interface SeenComment {
  /** The number of its pull request, on a fake that has several. */
  readonly pull?: number;
  readonly author: string;
  readonly body: string;
  /** The line that it stands at; none for one on the page as a whole. */
  readonly at?: string;
  /** Its thread is marked as settled. */
  readonly isSettled?: boolean;
}

/** The state of a commit as a person sees it. */
export interface SeenState {
  readonly sha: string;
  readonly state: string;
  readonly title: string;
}

/** A fake of a forge with the page of one pull request. */
export interface FakeForge extends AsyncDisposable {
  readonly server: FakeServer;
  /** The account of our token. */
  readonly self: string;
  comments(): SeenComment[];
  /** The last state of each commit by our name, in the order that they were first set. */
  states(): SeenState[];
  /** Somebody else comments on the page, or at a line: `path:line`. */
  say(author: string, body: string, at?: string): void;
}
