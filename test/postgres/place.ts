import { join } from "node:path";
import { Client } from "pg";
import { PostgresStore } from "#runner/store/postgres-store.ts";
import type { Place } from "../store/place.ts";
import { tempFolder } from "../temp-folder.ts";
import type { PostgresServer } from "./server.ts";

/** A database of its own for shared stores. */
export interface PostgresPlace extends Place {
  /** Its URL. */
  readonly database: string;
}

/** A place whose store is empty; the database goes with the server. */
export async function newPostgresPlace(server: PostgresServer): Promise<PostgresPlace> {
  const database = await server.newDatabase();
  const folder = await tempFolder();
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
    alter: async (sql) => {
      const client = new Client({
        connectionString: database,
        options: "-c search_path=cicd_runner",
      });
      await client.connect();
      const { rows } = await client.query(sql);
      await client.end();
      return rows;
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
  return place;
}
