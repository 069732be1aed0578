import type { FakeServer } from "./fake-server.ts";

/** A comment as a person sees it. */
export interface SeenComment {
  /** The number of its pull request, on a fake that has several. */
  readonly pull?: number;
  readonly author: string;
  readonly body: string;
  /** The line that it stands at, or `reply to` a thread; none for one on the page as a whole. */
  readonly at?: string;
  /** Its thread is marked as settled. */
  readonly isSettled?: boolean;
}

/** A comment as a webhook names it, with the thread that an answer belongs to. */
export interface Said {
  readonly id: string;
  readonly thread?: string;
}

/** The state of a commit as a person sees it. */
export interface SeenState {
  readonly sha: string;
  readonly state: string;
  readonly title: string;
}

/** A job of a pipeline. */
export interface FakeJob {
  readonly id: number;
  readonly name: string;
  readonly isFailed: boolean;
  /** Undefined where it is gone. */
  readonly log: string | undefined;
}

/** What every fake tells of its pull request. */
export const fakePull = {
  title: "Charge cards once",
  body: "They were charged twice.",
  base: "release",
} as const;

/** The same as all but GitLab answer it. */
export const pullAnswer = {
  status: 200,
  body: { title: fakePull.title, body: fakePull.body, base: { ref: fakePull.base } },
} as const;

/** A fake of a forge with the page of one pull request. */
export interface FakeForge extends AsyncDisposable {
  readonly server: FakeServer;
  /** The account of our token. */
  readonly self: string;
  comments(): SeenComment[];
  /** The last state of each commit by our name, in the order that they were first set. */
  states(): SeenState[];
  /** The jobs of the only pipeline, whose id is 9. */
  readonly jobs: FakeJob[];
  /** What people may, by login, in the forge's own words; the forge knows nobody else. */
  readonly permissions: Map<string, string>;
  /** Somebody else comments on the page, or at a line: `path:line`. */
  say(author: string, body: string, at?: string): Said;
}
