import { join } from "node:path";
import { PostgresStore } from "#runner/store/postgres-store.ts";
import type { Place } from "../store/place.ts";
import { tempFolder } from "../temp-folder.ts";
import type { PostgresServer } from "./server.ts";

/** A database of its own for shared stores. */
export interface PostgresPlace extends Place {
  /** Its URL. */
  readonly database: string;
  open(host?: string): Promise<PostgresStore>;
}

/** A place whose store is empty; the database goes with the server. */
export async function newPostgresPlace(server: PostgresServer): Promise<PostgresPlace> {
  const database = await server.newDatabase();
  const folder = await tempFolder();
  const place: PostgresPlace = {
    database,
    now: Date.parse("2026-01-02T03:04:05.678Z"),
    open: (host = "test-host") =>
      PostgresStore.open({
        database,
        folder: join(folder.path, host),
        host,
        now: () => place.now,
      }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
  return place;
}
