import { join } from "node:path";
import { PostgresStore } from "#runner/store/postgres-store.ts";
import type { Place } from "../store/place.ts";
import { tempFolder } from "../temp-folder.ts";
import { type PostgresServer, run } from "./server.ts";

/** A database of its own for shared stores. */
export interface PostgresPlace extends Place {
  /** Its URL. */
  readonly database: string;
}

/** A place whose store is empty. */
export async function newPostgresPlace(server: PostgresServer): Promise<PostgresPlace> {
  await using undo = new AsyncDisposableStack();
  const { url: database } = undo.use(await server.newDatabase());
  const folder = undo.use(await tempFolder());
  const resources = undo.move();
  const place: PostgresPlace = {
    database,
    now: Date.parse("2026-01-02T03:04:05.678Z"),
    open: (host = "test-host", limits) =>
      PostgresStore.open({
        limits,
        database,
        folder: join(folder.path, host),
        host,
        now: () => place.now,
      }),
    alter: (sql) => run(`${database}&options=-c%20search_path%3Dcicd_runner`, sql),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
  return place;
}
