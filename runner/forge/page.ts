import type { Place } from "#shared/review.ts";
import type { TaskEvent } from "#shared/task-event.ts";

/** What names the page of a pull request, as every event does. */
export interface PageOf extends Pick<TaskEvent, "forge" | "repository"> {
  readonly pull_request: Pick<TaskEvent["pull_request"], "number" | "fork">;
}

/** What a task has to show on the page of its commit. */
export interface Report {
  readonly taskId: string;
  readonly headSha: string;
  /** `clean` and `found` let a merge go on, `blocked` and `failed` do not. */
  readonly state: "running" | "clean" | "found" | "blocked" | "failed" | "cancelled";
  /** One line of plain text. */
  readonly title: string;
  /** Markdown. */
  readonly summary: string;
  readonly annotations: readonly Annotation[];
  /** A later task shows how this commit stands: what all tasks share is its own now. */
  readonly isOutdated?: boolean;
}

/** One finding beside the code, where a forge has room for it. */
export interface Annotation {
  readonly path: string;
  readonly line: number;
  readonly level: "failure" | "warning" | "notice";
  /** Plain text. */
  readonly title: string;
  readonly message: string;
}

/** A comment that our own account has made on a page. */
export interface OwnComment {
  /** What the forge knows it by. */
  readonly id: string;
  /** The thread that it begins, where the forge has threads. */
  readonly threadId?: string;
  /** On a line of the code, on the page as a whole, or below a comment that began a thread. */
  readonly kind: "line" | "page" | "reply";
  readonly body: string;
}

/** A comment to be made on a line. */
export interface LineComment {
  readonly place: Place;
  readonly body: string;
}

/**
 * The page of one pull request, as its forge shows it to our account. Every method may be repeated
 * after any failure; what it did then is on the page once, as long as the caller looks before it adds.
 * @throws CicdError from every method: `forge_unavailable`, `forge_rate_limited`, `forge_refused`,
 * `forge_rejected`; the signal's reason when it aborts, and what `beforeWrite` throws.
 */
export interface Page {
  /** Shows how a task stands; nothing on a forge that has no room for it. */
  report(report: Report): Promise<void>;
  /** The comments of our account, oldest first: nobody else can have written them. */
  comments(): Promise<OwnComment[]>;
  addPageComment(body: string): Promise<void>;
  /**
   * Adds a comment to a thread, which an event's comment names.
   * @returns whether it did: false on a forge without threads, and when that one is gone.
   */
  addReply(thread: string, body: string): Promise<boolean>;
  /**
   * Adds comments to lines that the pull request changes.
   * @returns those that the forge has no line for, because the pull request has moved on.
   */
  addLineComments(comments: readonly LineComment[], headSha: string): Promise<LineComment[]>;
  edit(comment: OwnComment, body: string): Promise<void>;
  /** Marks a thread as settled or open again; undefined on a forge that has no such mark. */
  readonly settle?: (comment: OwnComment, isSettled: boolean) => Promise<void>;
}

/** What one use of a page is bound to. */
export interface PageAccess {
  readonly signal: AbortSignal;
  /** Called before each request that changes something; throws when this host may not any more. */
  readonly beforeWrite: () => Promise<void>;
}
