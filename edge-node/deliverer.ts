import { isRefusal } from "#edge/hand-off.ts";
import { readLetter } from "#edge/letter.ts";
import type { Parcel } from "#edge/outbox.ts";
import { CicdError } from "#shared/error.ts";
import { type BackOff, fullJitter } from "#shared/full-jitter.ts";
import { toTaskError } from "#shared/task-error.ts";
import type { OutboxTable, Waiting } from "./outbox-table.ts";

/** What the delivering of an outbox needs. */
export interface DelivererOptions {
  readonly table: OutboxTable;
  /** Hands one to the runner, as `handOff` does. */
  readonly send: (parcel: Parcel, signal: AbortSignal) => Promise<unknown>;
  readonly now: () => number;
  /** Told of each dead letter, and of trouble with the disk. */
  readonly onError: (error: CicdError, requestId: string) => void;
  /** How many are handed over at once; default 8. */
  readonly concurrency?: number;
  /** Default 500 ms to 15 s. */
  readonly backOff?: BackOff;
  /** How often the runner may refuse one before it is a dead letter; default 6. */
  readonly maxRefusals?: number;
}

/**
 * How fast it goes. A runner that is away is away for all, so all wait, and one finds out whether it
 * is back, at a time by a clock that nobody sets; what it refuses waits alone.
 */
type Pace =
  | { readonly kind: "open" }
  | { readonly kind: "paused"; readonly failures: number; readonly until: number };

/** Hands over what waits in an outbox: each session's in order, several sessions at once. */
export class Deliverer {
  readonly #options: Required<DelivererOptions>;
  readonly #underway = new Map<number, Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #loop: Promise<void>;
  #pace: Pace = { kind: "open" };
  #changed = Promise.withResolvers<void>();
  #isStopped = false;

  constructor(options: DelivererOptions) {
    const { concurrency = 8, backOff = { initial: 500, max: 15_000 }, maxRefusals = 6 } = options;
    this.#options = { ...options, concurrency, backOff, maxRefusals };
    this.#loop = this.#run();
  }

  /** Something has come in, or is to be tried again. */
  wake(): void {
    this.#changed.resolve();
  }

  /** Begins nothing more, and gives what is under way so many milliseconds. */
  async stop(grace: number): Promise<void> {
    this.#isStopped = true;
    this.wake();
    const late = setTimeout(() => this.#stopping.abort(), grace);
    await Promise.all([this.#loop, ...this.#underway.values()]);
    clearTimeout(late);
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      // Before the table is read: what comes in after that is told.
      this.#changed = Promise.withResolvers();
      const wait = this.#begin();
      const timer = wait === undefined ? undefined : setTimeout(() => this.wake(), wait);
      await this.#changed.promise;
      clearTimeout(timer);
    }
  }

  /** Begins what is due; returns after how many milliseconds more is, where only time tells. */
  #begin(): number | undefined {
    const { table, now, concurrency, backOff } = this.#options;
    const rest = this.#pace.kind === "paused" ? this.#pace.until - performance.now() : 0;
    if (rest > 0) return rest;
    const room = (this.#pace.kind === "paused" ? 1 : concurrency) - this.#underway.size;
    if (room <= 0) return undefined;
    try {
      const time = now();
      // What is due later than it was ever put off to, was so by a clock that was set back since.
      const latest = time + backOff.max;
      const heads = table.heads({ time, latest }, concurrency + room);
      for (const head of heads.filter(({ seq }) => !this.#underway.has(seq)).slice(0, room)) {
        this.#start(head);
      }
      const next = table.nextDue({ time, latest });
      return next === undefined ? undefined : next - time;
    } catch (thrown) {
      this.#options.onError(CicdError.from(thrown), "outbox");
      return this.#pause();
    }
  }

  #start(head: Waiting): void {
    const work = this.#deliver(head).then(() => {
      this.#underway.delete(head.seq);
      this.wake();
    });
    this.#underway.set(head.seq, work);
  }

  async #deliver(head: Waiting): Promise<void> {
    const before = this.#pace;
    const failure = await this.#send(head);
    try {
      if (failure === undefined) this.#taken(head);
      else if (isRefusal(failure)) this.#refused(head, failure);
      // Of several that fail together, the first one counts.
      else if (this.#pace === before) this.#pause();
    } catch (thrown) {
      // It stays on disk and goes again: the runner knows a delivery that it has taken.
      this.#options.onError(CicdError.from(thrown), head.request);
      this.#pause();
    }
  }

  async #send(letter: Waiting): Promise<CicdError | undefined> {
    try {
      await this.#options.send(readLetter(letter), this.#stopping.signal);
      return undefined;
    } catch (thrown) {
      return CicdError.from(thrown);
    }
  }

  #taken({ seq }: Waiting): void {
    this.#pace = { kind: "open" };
    this.#options.table.remove(seq);
  }

  #refused({ seq, refusals, request }: Waiting, error: CicdError): void {
    const { table, now, backOff, maxRefusals, onError } = this.#options;
    this.#pace = { kind: "open" };
    if (refusals + 1 < maxRefusals) {
      table.postpone(seq, now() + Math.ceil(fullJitter(refusals + 1, backOff)));
      return;
    }
    table.bury(seq, toTaskError(error), now());
    onError(error, request);
  }

  /** Returns for how many milliseconds. */
  #pause(): number {
    const { backOff } = this.#options;
    const failures = this.#pace.kind === "paused" ? this.#pace.failures + 1 : 1;
    const wait = Math.ceil(fullJitter(failures, backOff));
    this.#pace = { kind: "paused", failures, until: performance.now() + wait };
    return wait;
  }
}
