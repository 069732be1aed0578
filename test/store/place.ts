import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import type { Store } from "#runner/store/store.ts";

/** Where one store lives, through as many openings as a test wants; disposal removes it. */
export interface Place extends AsyncDisposable {
  /** What the store's clock says, in epoch milliseconds. */
  now: number;
  open(): Promise<Store>;
}

/** Makes a place whose store is empty. Each driver has its own. */
export type NewPlace = () => Promise<Place>;

/** A folder of its own for an embedded store. */
export interface SqlitePlace extends Place {
  readonly folder: string;
  open(): Promise<SqliteStore>;
}

/** A {@link NewPlace} for the embedded store. */
export async function newSqlitePlace(): Promise<SqlitePlace> {
  const folder = await mkdtemp(join(tmpdir(), "store-"));
  const place: SqlitePlace = {
    folder,
    now: Date.parse("2026-01-02T03:04:05.678Z"),
    open: async () => new SqliteStore({ folder, host: "test-host", now: () => place.now }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
  return place;
}
