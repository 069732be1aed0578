import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type ApiDescription, contract } from "./contract.ts";

/** A request that a fake got, its route as the forge's description names it. */
export interface FakeRequest {
  /** Counted from 0. */
  readonly index: number;
  readonly route: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
}

/** What a fake answers. */
export interface FakeAnswer {
  readonly status: number;
  readonly body?: unknown;
  /** In place of a body. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a forge misbehaves with one request. */
export type Trouble =
  /** Answers without doing anything. */
  | ({ readonly do: "refuse" } & FakeAnswer)
  /** Ends the connection: before it does anything, or when it has done it. */
  | { readonly do: "drop"; readonly when: "before" | "after" }
  /** Does it, and answers only then. */
  | { readonly do: "wait"; readonly until: Promise<unknown> };

/** A forge's API on loopback; disposal ends it and its connections. */
export interface FakeServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: FakeRequest[];
  /** What the forge's description does not allow, of all requests so far. */
  readonly problems: string[];
  /** Asked for each request; default none. */
  trouble: (request: FakeRequest) => Promise<Trouble | undefined> | Trouble | undefined;
}

/** Starts one; the API is below `/api` of its URL. */
export async function startFake(
  description: ApiDescription,
  handle: (request: FakeRequest) => FakeAnswer,
): Promise<FakeServer> {
  const check = contract(description);
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error) => {
      // Who asked may have died in the midst of it.
      if (incoming.complete) fake.problems.push(String(error));
      response.destroy();
    });
  });
  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { method = "", url = "", headers } = incoming;
    const { pathname, searchParams: query } = new URL(url, "http://localhost");
    const raw = await text(incoming);
    const body: unknown = raw === "" ? undefined : JSON.parse(raw);
    const checked = check({ method, path: pathname.replace(/^\/api/, ""), query, body });
    if (checked === undefined) {
      fake.problems.push(`${method} ${pathname}: not described`);
      return send(response, { status: 404, body: { message: "Not Found" } });
    }
    const { route, parameters, problems } = checked;
    fake.problems.push(...problems);
    const index = fake.requests.length;
    const request = { index, route, parameters, query, headers, body };
    fake.requests.push(request);
    const trouble = await fake.trouble(request);
    if (trouble?.do === "refuse") return send(response, trouble);
    if (trouble?.do === "drop" && trouble.when === "before") return void response.destroy();
    const done = handle(request);
    if (trouble?.do === "drop") return void response.destroy();
    if (trouble?.do === "wait") await trouble.until;
    send(response, done);
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const fake: FakeServer = {
    url: `http://127.0.0.1:${port}`,
    requests: [],
    problems: [],
    trouble: () => undefined,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return fake;
}

function send(response: ServerResponse, { status, body, text, headers = {} }: FakeAnswer): void {
  if (response.destroyed) return;
  const type = text === undefined ? "application/json" : "text/plain";
  response.writeHead(status, { "content-type": type, ...headers });
  response.end(text ?? (body === undefined ? undefined : JSON.stringify(body)));
}
