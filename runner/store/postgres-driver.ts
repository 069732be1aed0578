import { setTimeout as delay } from "node:timers/promises";
import { Client, type ClientBase, type ClientConfig, Pool, type PoolClient } from "pg";
import { CicdError } from "#shared/error.ts";
import type { Driver } from "./driver.ts";
import { connectionConfig, query, sqlStateOf, storeError } from "./postgres-connection.ts";
import { drive } from "./postgres-drive.ts";
import { PostgresListener } from "./postgres-listener.ts";
import { migrate } from "./postgres-schema.ts";
import { type Reading, SharedClock } from "./shared-clock.ts";
import { Signals } from "./signals.ts";
import type { Watch } from "./store.ts";
import type { Work } from "./work.ts";

/** Connections for statements; one more listens. */
const poolSize = 10;
/** How often all who watch look anyway, in milliseconds: what others tell may be lost. */
const pollInterval = 5000;
/** How often a transaction is tried that others get in the way of. */
const maxTries = 5;

/** A PostgreSQL database, which many hosts share. It comes back by itself when the server does. */
export class PostgresDriver implements Driver {
  readonly #pool: Pool;
  readonly #listener: PostgresListener;
  readonly #signals: Signals;
  readonly #poll: NodeJS.Timeout;
  readonly #clock: SharedClock;
  #untold = new Set<string>();
  #telling: Promise<void> | undefined;
  #isClosed = false;

  /**
   * Connects to the database of a URL, and brings its tables up to date.
   * @throws CicdError `store_unavailable` when it does not answer, `config_invalid` when a newer
   * program wrote it or it refuses the user.
   */
  static async open(url: string): Promise<PostgresDriver> {
    const config = connectionConfig(url);
    await using undo = new AsyncDisposableStack();
    const pool = new Pool({ ...config, max: poolSize, idleTimeoutMillis: 60_000 });
    undo.defer(() => pool.end());
    // An idle connection was lost: the pool has dropped it already.
    pool.on("error", () => {});
    // From the moment that it is there: an error that nobody hears would end the program.
    pool.on("connect", (client) => client.on("error", () => lost.add(client)));
    const signals = new Signals();
    try {
      await prepareTables(config);
      const client = await pool.connect();
      undo.defer(() => client.release());
      const clock = new SharedClock(await readClock(client));
      const listener = await PostgresListener.open({
        config,
        onTopic: (topic) => signals.notify(topic),
        onGap: () => signals.notifyAll(),
      });
      undo.move();
      client.release();
      return new PostgresDriver(pool, listener, signals, clock);
    } catch (error) {
      throw refusal(error);
    }
  }

  private constructor(
    pool: Pool,
    listener: PostgresListener,
    signals: Signals,
    clock: SharedClock,
  ) {
    this.#pool = pool;
    this.#listener = listener;
    this.#signals = signals;
    this.#clock = clock;
    this.#poll = setInterval(() => void this.#look(), pollInterval).unref();
  }

  /** What the database's clock shows, in epoch milliseconds. */
  now(): number {
    return this.#clock.now();
  }

  async read<T>(work: () => Work<T>): Promise<T> {
    return this.#persist((client) => drive(client, work()));
  }

  async write<T>(work: () => Work<T>): Promise<T> {
    return this.#persist(async (client, committing) => {
      // Whatever the database's default: what is read behind a lock has to be read after it.
      await query(client, "BEGIN ISOLATION LEVEL READ COMMITTED");
      const result = await drive(client, work());
      committing();
      await query(client, "COMMIT");
      return result;
    });
  }

  /** As durable: the server may die while hosts and clients live that have read it. */
  async writeRelaxed<T>(work: () => Work<T>): Promise<T> {
    return this.write(work);
  }

  notify(topic: string): void {
    this.#signals.notify(topic);
    this.#untold.add(topic);
    this.#telling ??= this.#tell();
  }

  watch(topic: string): Watch {
    return this.#signals.watch(topic);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    await this.#telling;
    this.#isClosed = true;
    clearInterval(this.#poll);
    await Promise.all([this.#listener[Symbol.asyncDispose](), this.#pool.end()]);
  }

  /** Does it again where what stood in its way has changed nothing. */
  async #persist<T>(
    action: (client: ClientBase, committing: () => void) => Promise<T>,
  ): Promise<T> {
    let contended = 0;
    let gone = 0;
    for (;;) {
      const tried: { client?: ClientBase; isCommitting?: true } = {};
      const committing = () => {
        tried.isCommitting = true;
      };
      try {
        return await this.#using((client) => {
          tried.client = client;
          return action(client, committing);
        });
      } catch (error) {
        const state = sqlStateOf(error) ?? "";
        const { client, isCommitting = false } = tried;
        const isGone = evictions.has(state) || (client !== undefined && lost.has(client));
        if (contentions.has(state)) contended += 1;
        else if (isGone && !isCommitting) gone += 1;
        else throw error;
        // All that were idle may be gone: the one behind them is new.
        if (contended === maxTries || gone > poolSize) throw error;
        await delay(Math.random() * 2 ** Math.min(contended + gone, maxTries) * 5);
      }
    }
  }

  /** Lends a connection. One that `action` failed on is given back clean, or closed. */
  async #using<T>(action: (client: PoolClient) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new CicdError("shutting_down", "Cannot use store: it is closed");
    const client = await this.#pool.connect().catch((error) => {
      throw storeError(error);
    });
    let broken = false;
    try {
      return await action(client);
    } catch (error) {
      if (isUnanswered(error)) broken = true;
      else await client.query("ROLLBACK").catch(() => lost.add(client));
      // Its prepared statements are of tables that another host has changed since.
      if (sqlStateOf(error) === outdated) broken = true;
      throw error;
    } finally {
      client.release(broken || lost.has(client));
    }
  }

  /** Tells the other hosts of what has changed, all at once; a hint that may be lost. */
  async #tell(): Promise<void> {
    while (this.#untold.size > 0) {
      const topics = [...this.#untold];
      this.#untold = new Set();
      await this.#using((client) => query(client, this.#listener.statement, [topics])).catch(
        () => {},
      );
    }
    this.#telling = undefined;
  }

  async #look(): Promise<void> {
    this.#signals.notifyAll();
    const reading = await this.#using(readClock).catch(() => undefined);
    if (reading !== undefined) this.#clock.learn(reading);
  }
}

/** Connections that have ended, whoever had them then. */
const lost = new WeakSet<ClientBase>();

/** The SQLSTATE of a prepared statement whose table has changed its columns. */
const outdated = "0A000";

/**
 * Serialization, deadlock, two that wrote the same key: the second finds it then; and a statement
 * that has to be prepared again.
 */
const contentions: ReadonlySet<string> = new Set(["40001", "40P01", "23505", outdated]);

/** SQLSTATEs of a connection that the server ends; it has not ended yet when it says so. */
const evictions: ReadonlySet<string> = new Set(["57P01", "57P02", "57P05"]);

/** Whether it is the connection that failed: what is said over it now would be waited for in vain. */
function isUnanswered(error: unknown): boolean {
  return CicdError.from(error).code === "store_unavailable" && sqlStateOf(error) === undefined;
}

/** Over a connection of its own: large tables may take longer than any other statement may. */
async function prepareTables(config: ClientConfig): Promise<void> {
  const client = new Client({ ...config, query_timeout: 0 });
  // A connection that is lost fails the statement; it must not end the program as well.
  client.on("error", () => {});
  try {
    await client.connect();
    await requireUnicode(client);
    await migrate(client);
  } finally {
    await client.end();
  }
}

/** In another encoding what people write in their languages would be refused, each time it comes. */
async function requireUnicode(client: ClientBase): Promise<void> {
  const [row] = await query(client, "SELECT current_setting('server_encoding') AS encoding");
  // The last one takes any bytes for text.
  if (row?.encoding === "UTF8" || row?.encoding === "SQL_ASCII") return;
  throw new CicdError(
    "config_invalid",
    `Cannot open store: its database has the encoding ${row?.encoding}`,
    { hint: "runner.store must name a database that was made with the encoding UTF8" },
  );
}

async function readClock(client: ClientBase): Promise<Reading> {
  const askedAt = performance.now();
  const [row] = await query(
    client,
    "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS now",
  );
  return { shown: Number(row?.now), askedAt, heardAt: performance.now() };
}

/** Why a database can't be opened; a wrong user or name does not pass by itself. */
function refusal(error: unknown): CicdError {
  const refused = storeError(error);
  const state = sqlStateOf(refused) ?? "";
  if (refused.code !== "store_unavailable" || !/^(?:28|3D|42)/.test(state)) return refused;
  return new CicdError("config_invalid", refused.message.replace("use", "open"), {
    cause: refused.cause,
    hint: "runner.store must name a database that its user may make tables in",
  });
}
