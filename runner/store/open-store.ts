import type { RunningLimits } from "./claim.ts";
import { SqliteStore } from "./sqlite-store.ts";
import type { Store } from "./store.ts";

/** Which store, and for whom. */
export interface StoreOptions {
  /** `postgres://...` for a store that hosts share; none for an embedded one. */
  readonly database: string | undefined;
  /** The host's own folder, which one program at a time may use. */
  readonly folder: string;
  /** How this host calls itself in journals. */
  readonly host: string;
  /** Where other hosts reach this one. */
  readonly url?: string | undefined;
  readonly limits: RunningLimits;
}

/**
 * Opens the store that the configuration names.
 * @throws CicdError `config_invalid` when it can't be used, `store_unavailable` when its server does
 * not answer.
 */
export async function openStore({ database, ...options }: StoreOptions): Promise<Store> {
  if (database === undefined) return new SqliteStore(options);
  // What speaks to its server is loaded where there is one.
  const { PostgresStore } = await import("./postgres-store.ts");
  return await PostgresStore.open({ database, ...options });
}
