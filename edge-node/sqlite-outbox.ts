import { toLetter } from "#edge/letter.ts";
import type { DeadLetterFilter, Outbox, Parcel } from "#edge/outbox.ts";
import type { HandOff } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import { Deliverer, type DelivererOptions } from "./deliverer.ts";
import { openOutbox } from "./open-outbox.ts";
import { OutboxTable } from "./outbox-table.ts";

/** How an outbox on disk is made. */
export interface SqliteOutboxOptions extends Omit<DelivererOptions, "table"> {
  /** `edge.state_dir`. */
  readonly stateDir: string;
  /** Bytes of hand-offs that it holds at most, dead ones too. */
  readonly limit: number;
}

/** When a sender may come again, in seconds. */
const retryAfter = 30;

/** The outbox of an edge on Node: a SQLite file, and a loop that hands over what is in it. */
export class SqliteOutbox implements Outbox {
  readonly #table: OutboxTable;
  readonly #deliverer: Deliverer;
  readonly #options: SqliteOutboxOptions;

  /** @throws CicdError `config_invalid` when its folder is in use or can't be written. */
  constructor(options: SqliteOutboxOptions) {
    this.#options = options;
    this.#table = new OutboxTable(openOutbox(options.stateDir));
    this.#deliverer = new Deliverer({ ...options, table: this.#table });
  }

  async isBehind(handOff: HandOff): Promise<boolean> {
    return this.#table.anyWaits() && this.#table.waits(sessionIdOf(handOff.event));
  }

  async put(parcel: Parcel): Promise<"kept" | "known"> {
    const { task_id: taskId } = parcel.handOff;
    const isKnown = this.#table.has(taskId);
    if (isKnown) {
      this.#table.revive({ taskId });
    } else {
      this.#checkRoom();
      this.#table.add(toLetter(parcel, this.#options.now()));
    }
    this.#deliverer.wake();
    return isKnown ? "known" : "kept";
  }

  async find(taskId: string) {
    return this.#table.find(taskId);
  }

  async dead(limit: number) {
    return this.#table.dead(limit);
  }

  async replay(filter: DeadLetterFilter): Promise<number> {
    const replayed = this.#table.revive(filter);
    this.#deliverer.wake();
    return replayed;
  }

  async health() {
    const { depth, oldest, dead } = this.#table.counts();
    const age = oldest === null ? 0 : Math.max(0, this.#options.now() - oldest);
    return { depth, oldest_seconds: age / 1000, dead };
  }

  async hasRoom(): Promise<boolean> {
    return this.#hasRoom();
  }

  /**
   * Hands over nothing more, and lets what is under way end for `grace` milliseconds. What comes in
   * is kept still.
   */
  async stop(grace: number): Promise<void> {
    await this.#deliverer.stop(grace);
  }

  /** The last step: what is left stays on disk for the next start. */
  close(): void {
    this.#table.close();
  }

  #hasRoom(): boolean {
    return this.#table.bytes() < this.#options.limit;
  }

  #checkRoom(): void {
    if (this.#hasRoom()) return;
    const { depth, dead } = this.#table.counts();
    throw new CicdError("queue_full", "Cannot keep delivery: outbox is full", {
      hint: `It holds ${depth} deliveries and ${dead} dead letters: see why the runner takes none, or raise edge.outbox_size`,
      retryAfter,
    });
  }
}
