import * as z from "zod";
import { CicdError } from "#shared/error.ts";
import { firstIssue } from "#shared/first-issue.ts";
import type { JournalEntry } from "#shared/journal.ts";
import { filledPath, type Route } from "#shared/route.ts";
import {
  listDeadLetters,
  replayDeadLetter,
  replayDeadLetters,
} from "#shared/routes/dead-letters.ts";
import { getDelivery, replayDelivery } from "#shared/routes/deliveries.ts";
import { getRunnerHealth } from "#shared/routes/health.ts";
import { listHosts } from "#shared/routes/hosts.ts";
import { listUndelivered, replayAllUndelivered, replayUndelivered } from "#shared/routes/outbox.ts";
import { endSession, getSession, listSessions, sendMessage } from "#shared/routes/sessions.ts";
import {
  answerPermission,
  cancelTask,
  followTask,
  getTask,
  getTimeline,
  listPermissions,
  listTasks,
  readJournal,
} from "#shared/routes/tasks.ts";
import { listUsage } from "#shared/routes/usage.ts";
import { type FollowOptions, follow } from "./follow.ts";
import { type Sending, send, somethingElse, textOf } from "./send.ts";

/** Where the API is. */
export interface ClientOptions {
  /** Of the edge: `https://reviews.example.com`. */
  readonly url: string;
  /** Without one, only links can be followed. */
  readonly token?: string;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
}

/** The API, a method for each of its routes. */
export type Client = ReturnType<typeof createClient>;

/**
 * A client of the API. Each method takes the parts of its route's path and query as one object,
 * then the body where there is one, then a signal that ends the call; it gives the answer, checked.
 * @throws CicdError from the methods: what the API refuses has the code that it gave and the whole
 * problem as `cause`; `invalid_request` for parts that it can't take, `runner_unavailable` when
 * nothing of it can be reached or an answer is none of this API, `cancelled` when the signal aborts;
 * `config_invalid` where what is followed is none of it.
 */
export function createClient(options: ClientOptions) {
  const call = callOn(options);
  return {
    listTasks: call(listTasks),
    getTask: call(getTask),
    cancelTask: call(cancelTask),
    answerPermission: call(answerPermission),
    readJournal: call(readJournal),
    getTimeline: call(getTimeline),
    listPermissions: call(listPermissions),
    listSessions: call(listSessions),
    getSession: call(getSession),
    endSession: call(endSession),
    sendMessage: call(sendMessage),
    getDelivery: call(getDelivery),
    replayDelivery: call(replayDelivery),
    listDeadLetters: call(listDeadLetters),
    replayDeadLetter: call(replayDeadLetter),
    replayDeadLetters: call(replayDeadLetters),
    listUndelivered: call(listUndelivered),
    replayUndelivered: call(replayUndelivered),
    replayAllUndelivered: call(replayAllUndelivered),
    listHosts: call(listHosts),
    listUsage: call(listUsage),
    getRunnerHealth: call(getRunnerHealth),
    /** The journal of a task as it grows, to its terminal entry: each number once. */
    followTask: (id: string, how: FollowOptions = {}): AsyncGenerator<JournalEntry, void> => {
      const url = urlOf(options, followTask, { id });
      return follow((after, signal) => send(options, { url, after, signal }), how);
    },
    /** The same by the `events_url` of an answer, which needs no token. */
    followLink: (url: string, how: FollowOptions = {}): AsyncGenerator<JournalEntry, void> => {
      const { token: _, ...open } = options;
      return follow((after, signal) => send(open, { url, after, signal }), how);
    },
  };
}

/** What an object schema takes; an empty one adds nothing, where zod's type forbids every name. */
type Fields<T> = string extends keyof T ? unknown : T;

/** Makes the method of a route. */
function callOn(options: ClientOptions) {
  return <P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType>(
    route: Route<P, Q, B, A>,
  ) =>
    async (
      parts: Fields<z.output<P>> & Fields<z.output<Q>>,
      body: z.input<B>,
      signal?: AbortSignal,
    ): Promise<z.output<A>> => {
      const sending: Sending = { url: urlOf(options, route, parts), method: route.method, signal };
      const hasBody = !(route.body instanceof z.ZodVoid);
      const response = await send(options, { ...sending, ...(hasBody && { body }) });
      const parsed = route.answer.safeParse(contentOf(await textOf(response, sending)));
      if (parsed.success) return parsed.data;
      const message = `Cannot read answer to ${route.id}: ${firstIssue(parsed.error)}`;
      throw new CicdError("runner_unavailable", message, {
        cause: parsed.error,
        hint: somethingElse,
      });
    };
}

function urlOf({ url }: ClientOptions, route: Route, parts: unknown): string {
  const { id, params, query } = route;
  const path = filledPath(route, encoded(id, params, parts));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(encoded(id, query, parts))) {
    if (value !== undefined) search.set(name, String(value));
  }
  return `${url.replace(/\/+$/, "")}${path}${search.size > 0 ? `?${search}` : ""}`;
}

/** What of some values an object's schema has keys for, as a URL has it. */
function encoded(id: string, schema: z.ZodObject, values: unknown): Record<string, unknown> {
  const known = Object.entries(values ?? {}).filter(([name]) => name in schema.shape);
  const { data, error } = schema.safeEncode(Object.fromEntries(known));
  if (data !== undefined) return data;
  throw new CicdError("invalid_request", `Cannot ask ${id}: ${firstIssue(error)}`, {
    cause: error,
  });
}

function contentOf(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch (cause) {
    const message = "Cannot read answer: it is no JSON";
    throw new CicdError("runner_unavailable", message, { cause, hint: somethingElse });
  }
}
