import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";

/** A try to deliver, as a forge has it in its list. */
export interface Tried {
  /** The forge's number of this try. */
  readonly number: bigint;
  /** Of the delivery: the same for each try. */
  readonly id: string;
  readonly event: string;
  /** In epoch milliseconds. */
  readonly at: number;
  /** Undefined: there was no answer. */
  readonly status: number | undefined;
  readonly answer: string;
  readonly payload: object;
}

/** A request to a forge's API. */
export interface ApiRequest {
  /** Below the API's base. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** What it is answered with: `json` goes as it is. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json: string;
}

/** The API of a forge on loopback. */
export interface FakeForge extends AsyncDisposable {
  /** Base of the API. */
  readonly url: string;
  /** What it has delivered or tried to, in any order. */
  readonly tried: Tried[];
  /** Paths that were asked for, oldest first. */
  readonly asked: string[];
  /** Answers in the API's place, where it is not undefined. */
  instead: ((request: ApiRequest) => ApiAnswer | undefined) | undefined;
}

/** Makes one that answers as a forge does; a request that the forge would not take throws. */
export async function startFakeForge(
  answer: (request: ApiRequest, tried: readonly Tried[]) => ApiAnswer,
): Promise<FakeForge> {
  const server = createServer(({ url = "", headers }, response) => {
    const { pathname, searchParams } = new URL(url, "http://forge");
    const request = { path: pathname.replace(/^\/api/, ""), query: searchParams, headers };
    forge.asked.push(request.path);
    const newestFirst = forge.tried.toSorted((a, b) => b.at - a.at || Number(b.number - a.number));
    const {
      status,
      headers: more,
      json,
    } = answerOrSay(() => {
      return forge.instead?.(request) ?? answer(request, newestFirst);
    });
    response.writeHead(status, { "content-type": "application/json", ...more }).end(json);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const forge: FakeForge = {
    url: `http://127.0.0.1:${port}/api`,
    tried: [],
    asked: [],
    instead: undefined,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return forge;
}

function answerOrSay(answer: () => ApiAnswer): ApiAnswer {
  try {
    return answer();
  } catch (thrown) {
    return { status: 400, json: JSON.stringify({ message: String(thrown) }) };
  }
}
