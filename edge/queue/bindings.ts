import * as z from "zod";
import { CicdError } from "#shared/error.ts";

/** A Cloudflare Queue, as its producer has it. */
export interface MessageQueue {
  /** Durable when it resolves. */
  send(body: unknown): Promise<unknown>;
}

/** A message at its consumer. */
export interface Message {
  readonly body: unknown;
  /** How often it was delivered, this time too. */
  readonly attempts: number;
  /** It is done with, whatever becomes of the others in its batch. */
  ack(): void;
  retry(options: { readonly delaySeconds: number }): void;
}

/** What a consumer is called with. */
export interface MessageBatch {
  /** Name of the queue. */
  readonly queue: string;
  readonly messages: readonly Message[];
}

/** A D1 database. */
export interface Database {
  prepare(sql: string): Statement;
}

/** A statement of D1. */
interface Statement {
  bind(...values: readonly (string | number | null)[]): Statement;
  all(): Promise<{ readonly results: readonly unknown[] }>;
}

/** What the Worker has besides its settings. */
export interface Bindings {
  readonly queue: MessageQueue;
  readonly database: Database;
}

const Bound = z.object({
  OUTBOX: z.custom<MessageQueue>((value) => hasMethod(value, "send")),
  DEAD_LETTERS: z.custom<Database>((value) => hasMethod(value, "prepare")),
});

/** @throws CicdError `config_invalid` when the Worker was deployed without one. */
export function readBindings(env: Readonly<Record<string, unknown>>): Bindings {
  const { data, error } = Bound.safeParse(env);
  if (data !== undefined) return { queue: data.OUTBOX, database: data.DEAD_LETTERS };
  const names = error.issues.map(({ path }) => path.join(".")).join(" and ");
  throw new CicdError("config_invalid", `Cannot start edge: no binding ${names}`, {
    hint: "Deploy with the queues and the database of wrangler.toml: see docs/edge.md",
  });
}

function hasMethod(value: unknown, name: string): boolean {
  return (
    typeof value === "object" && value !== null && typeof Reflect.get(value, name) === "function"
  );
}
