import { unlessAborted } from "#shared/unless-aborted.ts";
import type { RecordedRequest, SideRequest } from "./recorded-request.ts";

/** An index into `requests`, or a condition. */
export type WhichRequest = number | ((request: RecordedRequest) => boolean);

interface Waiter {
  readonly matches: (request: RecordedRequest) => boolean;
  readonly resolve: (request: RecordedRequest) => void;
}

/** All requests so far, and those who wait for one to come. */
export class RequestLog {
  readonly requests: RecordedRequest[] = [];
  readonly sideRequests: SideRequest[] = [];
  readonly #counts = new Map<string, number>();
  readonly #waiters = new Set<Waiter>();
  readonly #closed = new AbortController();

  /** Records a conversation request; returns how many of the same session came before it. */
  add(request: RecordedRequest): number {
    const count = this.#counts.get(request.sessionId) ?? 0;
    this.#counts.set(request.sessionId, count + 1);
    this.requests.push(request);
    for (const waiter of this.#waiters) {
      if (waiter.matches(request)) waiter.resolve(request);
    }
    return count;
  }

  /** Records a request that belongs to no conversation. */
  addSide(request: SideRequest): void {
    this.sideRequests.push(request);
  }

  /** Waits for a conversation request, past ones included. */
  async request(which: WhichRequest, signal?: AbortSignal): Promise<RecordedRequest> {
    const matches =
      typeof which === "number" ? ({ index }: RecordedRequest) => index === which : which;
    const past = this.requests.find(matches);
    if (past) return past;
    const { promise, resolve } = Promise.withResolvers<RecordedRequest>();
    const waiter = { matches, resolve };
    this.#waiters.add(waiter);
    try {
      const signals = [this.#closed.signal, ...(signal ? [signal] : [])];
      return await unlessAborted(promise, AbortSignal.any(signals));
    } catch (cause) {
      const seen = this.requests.length;
      throw new Error(`Cannot find the request: ${seen} came, none fits`, { cause });
    } finally {
      this.#waiters.delete(waiter);
    }
  }

  /** Rejects all who wait. */
  close(): void {
    this.#closed.abort(new Error("Stand-in is closed"));
  }
}
