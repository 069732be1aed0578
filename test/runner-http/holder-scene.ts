import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { SessionList } from "#shared/api.ts";
import { checkSeal, sealHeader } from "#shared/seal.ts";
import { SessionDetail } from "#shared/session.ts";
import { newSqlitePlace } from "../store/place.ts";
import { handOff } from "./hand-off.ts";
import { idle, type SendOptions, secrets, startRunner } from "./start-runner.ts";

/** What the other host does with a request whose seal was good. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** How things stand. */
interface Setting {
  /** Where the other is said to be. */
  readonly url?: string;
  /** Whether a task of the session runs. */
  readonly runs?: boolean;
  readonly peerTimeout?: number;
}

/** A runner whose store says that another host has a session; that one answers as it is told. */
export async function startHolderScene(
  answer: Answer,
  { url, runs = true, peerTimeout = 60_000 }: Setting = {},
) {
  await using undo = new AsyncDisposableStack();
  const heard: string[] = [];
  const other = createServer(async (request, response) => {
    const { method = "", url: path = "", headers } = request;
    const body = await buffer(request);
    const seal = String(headers[sealHeader]);
    checkSeal(secrets, { method, path, body }, seal, Date.now());
    heard.push(`${method} ${path} ${body}`);
    answer(request, response);
  });
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  undo.defer(() => void other.close());
  undo.defer(() => other.closeAllConnections());
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const place = undo.use(await newSqlitePlace());
  const store = undo.use(await place.open("this"));
  const holder = await place.open("other");
  await place.alter(
    `UPDATE host SET url = '${url ?? `http://127.0.0.1:${port}`}' WHERE name = 'other'`,
  );
  await store.enqueue(handOff(), { limit: 100 });
  const claim = await holder.claim();
  assert(claim);
  if (!runs) await holder.finish(claim, { state: "cancelled", reason: "test" });
  const ended: string[] = [];
  const sessions = { ...idle, terminate: async (id: string) => ended.push(id) > 0 };
  const runner = undo.use(
    await startRunner({ store, sessions, peerTimeout, listTimeout: peerTimeout }),
  );
  const { id: task, session_id: session } = claim.task;
  const resources = undo.move();
  return {
    place,
    runner,
    /** What the other host has heard. */
    heard,
    /** Sessions that this host was asked to end itself. */
    ended,
    paths: {
      say: `/v1/sessions/${session}/messages`,
      end: `/v1/sessions/${session}`,
      permission: `/v1/tasks/${task}/permissions/q-1`,
    },
    say: (options: SendOptions = {}) =>
      runner.send(`/v1/sessions/${session}/messages`, {
        method: "POST",
        body: { text: "Why?" },
        ...options,
      }),
    end: (options: SendOptions = {}) =>
      runner.send(`/v1/sessions/${session}`, { method: "DELETE", ...options }),
    /** What is shown of the session, in the list and by itself. */
    shown: async (options: SendOptions = {}) => {
      const list = await (await runner.send("/v1/sessions", options)).json();
      const one = await (await runner.send(`/v1/sessions/${session}`, options)).json();
      return [...SessionList.parse(list).sessions, SessionDetail.parse(one)];
    },
    tasks: async () => (await store.tasks({ limit: 9 })).length,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
