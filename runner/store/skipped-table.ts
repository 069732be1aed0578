import { DeliveryIgnored, type SkippedDelivery } from "#shared/api.ts";
import { deliveryKey } from "./enqueue.ts";
import { lock, row, rows, type Work } from "./work.ts";

/** Remembers a delivery that made no task, as the last of at most `limit`. */
export function* addSkipped(
  { code, reason, ...delivery }: SkippedDelivery,
  { limit, now }: { readonly limit: number; readonly now: number },
): Work<void> {
  const key = deliveryKey(delivery);
  const at = new Date(now).toISOString();
  const told: DeliveryIgnored = { ignored: true, code, reason, ...delivery, at };
  // Two hosts may be told of the same one at once.
  yield* lock(`skipped:${key}`);
  yield* rows("DELETE FROM skipped WHERE id = ?", key);
  yield* rows("INSERT INTO skipped(id, told) VALUES (?, ?)", key, JSON.stringify(told));
  // By the numbers that rows get, not by counting them: what was told again leaves a gap.
  yield* rows("DELETE FROM skipped WHERE seq <= (SELECT max(seq) FROM skipped) - ?", limit);
}

/** What was told last of a delivery, by the key that it is known by. */
export function* findSkipped(key: string): Work<DeliveryIgnored | undefined> {
  const found = yield* row("SELECT told FROM skipped WHERE id = ?", key);
  return found && DeliveryIgnored.parse(JSON.parse(String(found.told)));
}
