import { type PostgresServer, startPostgres } from "../postgres/server.ts";
import type { Mortal } from "./member.ts";

/** The PostgreSQL server of a fleet, through all its lives. */
export class Database implements Mortal, AsyncDisposable {
  readonly command = "database";
  kills = 0;
  /** Its URL. */
  readonly url: string;
  readonly #server: PostgresServer;

  static async start(): Promise<Database> {
    const server = await startPostgres();
    const { url } = await server.newDatabase();
    return new Database(server, url);
  }

  private constructor(server: PostgresServer, url: string) {
    this.#server = server;
    this.url = url;
  }

  async kill(): Promise<void> {
    await this.#server.kill();
    this.kills += 1;
  }

  async start(): Promise<void> {
    await this.#server.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}
