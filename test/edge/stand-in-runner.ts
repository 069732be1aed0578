import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { v7 } from "uuid";
import { HandOff, type HandOffAnswer, SkippedDelivery } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { problemResponse } from "#shared/problem.ts";
import { checkSeal, sealHeader } from "#shared/seal.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import { runnerSecrets } from "./settings.ts";

/** A request whose seal was good. */
export interface RunnerRequest {
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** What the stand-in does with a request. */
export type Answer = (request: RunnerRequest, response: ServerResponse) => void;

/** An HTTP server in the runner's place, which says what it is told to. */
export interface StandInRunner extends AsyncDisposable {
  readonly url: string;
  /** What came with a good seal, oldest first; but for what it is told of skipped deliveries. */
  readonly requests: RunnerRequest[];
  /** Those, oldest first. */
  readonly skipped: SkippedDelivery[];
  /** How the next requests are answered; at first {@link takeIn}. */
  answer: Answer;
}

/** Starts one on loopback. As the runner does, it refuses what has no good seal. */
export async function startStandInRunner(): Promise<StandInRunner> {
  const requests: RunnerRequest[] = [];
  const skipped: SkippedDelivery[] = [];
  const server = createServer((incoming, response) => {
    void receive(incoming).then(
      (request) => {
        if (request.path === "/v1/deliveries/skipped") {
          skipped.push(SkippedDelivery.parse(JSON.parse(request.body)));
          response.writeHead(204).end();
          return;
        }
        requests.push(request);
        runner.answer(request, response);
      },
      (thrown) => refuse(CicdError.from(thrown), response),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const runner: StandInRunner = {
    url: `http://127.0.0.1:${port}`,
    requests,
    skipped,
    answer: takeIn,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return runner;
}

/** Accepts hand-offs, messages and replays; anything else is answered with an empty object. */
export function takeIn(request: RunnerRequest, response: ServerResponse): void {
  const task_id = v7();
  if (request.path.endsWith("/messages")) {
    sendJson(response, 202, { outcome: "queued", task_id, session_id: v7() });
    return;
  }
  if (request.path.endsWith("/replay")) {
    sendJson(response, 202, { outcome: "accepted", task_id, session_id: v7() });
    return;
  }
  if (request.path !== "/v1/events") {
    sendJson(response, 200, {});
    return;
  }
  const { event, ...handOff } = HandOff.parse(JSON.parse(request.body));
  const answer: HandOffAnswer = {
    outcome: "accepted",
    task_id: handOff.task_id,
    session_id: sessionIdOf(event),
  };
  sendJson(response, 202, answer);
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Answers with a problem, as the runner does when it refuses something. */
export function refuse(error: CicdError, response: ServerResponse): void {
  const { status, headers, body } = problemResponse(error);
  response.writeHead(status, Object.fromEntries(headers));
  void new Response(body).text().then((text) => response.end(text));
}

async function receive(incoming: IncomingMessage): Promise<RunnerRequest> {
  const { method = "", url: path = "", headers } = incoming;
  const body = await buffer(incoming);
  const value = headers[sealHeader];
  const sealed = { method, path, body };
  checkSeal(runnerSecrets, sealed, typeof value === "string" ? value : null, Date.now());
  return { method, path, headers, body: body.toString() };
}
