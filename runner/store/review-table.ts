import { lock, row, rows, type Work } from "./work.ts";

/** A review that is kept for whoever asks the same. */
export interface KeptReview {
  /** What was asked, as a hash. */
  readonly key: string;
  /** The task that it was made for. */
  readonly taskId: string;
  /** When, in epoch milliseconds. */
  readonly at: number;
  /** JSON. */
  readonly content: string;
}

/** How much is kept, and how long. */
export interface KeptLimits {
  /** In milliseconds. */
  readonly ttl: number;
  /** Bytes of all together; the oldest go. */
  readonly maxBytes: number;
}

/** The review that is kept under a key and was made after a time; undefined when there is none. */
export function* findReview(key: string, after: number): Work<KeptReview | undefined> {
  const found = yield* row(
    "SELECT task, at, content FROM review WHERE key = ? AND at > ?",
    key,
    after,
  );
  if (found === undefined) return undefined;
  const { task, at, content } = found;
  return { key, taskId: String(task), at: Number(at), content: String(content) };
}

/** Keeps a review in place of an earlier one, and forgets what is too old or has no room. */
export function* keepReview(review: KeptReview, { ttl, maxBytes }: KeptLimits): Work<void> {
  const { key, taskId, at, content } = review;
  // One at a time: two hosts would each see too little of what there is.
  yield* lock("review");
  yield* rows("DELETE FROM review WHERE at <= ? OR key = ?", at - ttl, key);
  const bytes = new TextEncoder().encode(content).length;
  if (bytes > maxBytes) return;
  yield* rows(
    "INSERT INTO review(key, task, at, bytes, content) VALUES (?, ?, ?, ?, ?)",
    ...[key, taskId, at, bytes, content],
  );
  yield* evict(maxBytes);
}

/** Forgets reviews that were made before a time. */
export function* forgetReviews(before: number): Work<void> {
  yield* rows("DELETE FROM review WHERE at < ?", before);
}

function* evict(maxBytes: number): Work<void> {
  const total = yield* row("SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) AS bytes FROM review");
  let excess = Number(total?.bytes) - maxBytes;
  while (excess > 0) {
    const oldest = yield* rows("SELECT key, bytes FROM review ORDER BY at, key LIMIT 50");
    if (oldest.length === 0) return;
    for (const { key, bytes } of oldest) {
      if (excess <= 0) return;
      yield* rows("DELETE FROM review WHERE key = ?", String(key));
      excess -= Number(bytes);
    }
  }
}
