import type { DeliveryIgnored, SkippedDelivery } from "#shared/api.ts";
import { deliveryKey } from "../store/enqueue.ts";

/** How many are remembered. */
const capacity = 1000;

/**
 * The last deliveries that made no task, for whoever asks why nothing happened. They are kept in
 * memory: there may be many more of them than of tasks, and nothing hangs on one.
 */
export class SkippedDeliveries {
  readonly #byKey = new Map<string, DeliveryIgnored>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  add({ code, reason, ...delivery }: SkippedDelivery): void {
    const key = deliveryKey(delivery);
    const at = new Date(this.#now()).toISOString();
    this.#byKey.delete(key);
    this.#byKey.set(key, { ignored: true, code, reason, ...delivery, at });
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size > capacity && oldest !== undefined) this.#byKey.delete(oldest);
  }

  /** By `<forge>:<delivery id>`. */
  get(key: string): DeliveryIgnored | undefined {
    return this.#byKey.get(key);
  }
}
