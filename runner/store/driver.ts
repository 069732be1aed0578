import type { Watch } from "./store.ts";
import type { Work } from "./work.ts";

/**
 * A database that logic runs on.
 * @throws CicdError from any method: `store_unavailable` when the database refuses, with nothing
 * changed, or when its disk has failed and nobody knows; `shutting_down` when it is closed.
 */
export interface Driver extends AsyncDisposable {
  /** Runs what only reads, and gives what is on disk. */
  read<T>(work: () => Work<T>): Promise<T>;
  /** Runs what writes, in one transaction that is on disk when this resolves. */
  write<T>(work: () => Work<T>): Promise<T>;
  /**
   * The same, but a power cut of the host may take it: everything since the last durable one. The
   * death of a program never does, that of a database server included.
   */
  writeRelaxed<T>(work: () => Work<T>): Promise<T>;
  /** Wakes those who watch a topic. */
  notify(topic: string): void;
  watch(topic: string): Watch;
}
