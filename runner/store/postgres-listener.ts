import { setTimeout as delay } from "node:timers/promises";
import { Client, type ClientConfig } from "pg";
import { v7 } from "uuid";

const channel = "cicd_runner";

/** How long to wait before the next try when the connection was lost, in milliseconds. */
const reconnectDelay = 1000;

/** What the connection to the other hosts tells. */
export interface ListenerOptions {
  readonly config: ClientConfig;
  /** Another host tells of a topic. */
  readonly onTopic: (topic: string) => void;
  /** What was told in the meantime was not heard: anything may have changed. */
  readonly onGap: () => void;
}

/** Hears what other hosts tell, by one connection of its own that comes back when it was lost. */
export class PostgresListener implements AsyncDisposable {
  /** Marks what this host tells, so that it does not hear itself. */
  readonly sender = v7();
  readonly #options: ListenerOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;

  /**
   * Begins to listen.
   * @throws Error when the database can't be reached; later on that is tried for ever.
   */
  static async open(options: ListenerOptions): Promise<PostgresListener> {
    const first = Promise.withResolvers<void>();
    const listener = new PostgresListener(options, first);
    try {
      await first.promise;
      return listener;
    } catch (error) {
      await listener[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(options: ListenerOptions, first: PromiseWithResolvers<void>) {
    this.#options = options;
    this.#running = this.#run(first);
  }

  /** The statement that tells others of topics, which are its one value. */
  get statement(): string {
    return `SELECT pg_notify('${channel}', '${this.sender} ' || topic) FROM unnest($1::text[]) AS topic`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(first: PromiseWithResolvers<void>): Promise<void> {
    const { signal } = this.#closing;
    await this.#listen(first.resolve).catch(first.reject);
    while (!signal.aborted) {
      await delay(reconnectDelay, undefined, { signal, ref: false }).catch(() => {});
      if (!signal.aborted) await this.#listen(this.#options.onGap).catch(() => {});
    }
  }

  /** Listens until the connection is lost or this is closed. */
  async #listen(onReady: () => void): Promise<void> {
    const { signal } = this.#closing;
    const { config, onTopic } = this.#options;
    const client = new Client(config);
    const over = Promise.withResolvers<void>();
    const end = () => over.resolve();
    client.on("error", end).on("end", end);
    client.on("notification", ({ payload = "" }) => {
      const [sender, topic] = payload.split(" ");
      if (sender !== this.sender && topic !== undefined) onTopic(topic);
    });
    signal.addEventListener("abort", end, { once: true });
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      onReady();
      await over.promise;
    } finally {
      signal.removeEventListener("abort", end);
      // Without a goodbye: a server that is silent would be waited for, and nothing is under way.
      client.connection.stream.destroy();
      await client.end();
    }
  }
}
