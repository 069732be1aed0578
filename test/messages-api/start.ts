import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { apiError } from "./api-error.ts";
import { exchange } from "./exchange.ts";
import type { RecordedRequest, SideRequest } from "./recorded-request.ts";
import { type Responder, text } from "./reply.ts";
import { RequestLog, type WhichRequest } from "./request-log.ts";
import { sendError } from "./send-json.ts";
import { PromptCache } from "./usage.ts";

/** How a stand-in starts: every field has a default. */
export interface MessagesApiOptions {
  /** Answers the conversation requests; default: the text "Hello from the stand-in". */
  readonly respond?: Responder;
  /** The only key let in, as `x-api-key` or bearer token; default: any key, or none. */
  readonly apiKey?: string;
  /** Port on 127.0.0.1; default 0: a free one. */
  readonly port?: number;
}

/** A running stand-in of the Messages API; `await using` closes it. */
export interface MessagesApi extends AsyncDisposable {
  /** For `ANTHROPIC_BASE_URL`: `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** Every valid `POST /v1/messages` of a conversation, in order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Everything else: token counts, session titles, health checks, refused requests. */
  readonly otherRequests: readonly SideRequest[];
  /** Answers the next conversation request; may be replaced while the stand-in runs. */
  respond: Responder;
  /**
   * Waits for a conversation request: the one with this index in `requests`, or the first that
   * satisfies the predicate, past ones included.
   * @throws Error when `signal` aborts or the stand-in closes first.
   */
  request(which: WhichRequest, options?: { signal?: AbortSignal }): Promise<RecordedRequest>;
  /** Destroys every socket and stops listening; rejects the waits in `request`. */
  close(): Promise<void>;
}

/** Starts a stand-in of the Anthropic Messages API on loopback, in the true wire format. */
export async function startMessagesApi(options: MessagesApiOptions = {}): Promise<MessagesApi> {
  const { respond = () => text("Hello from the stand-in"), apiKey, port = 0 } = options;
  const log = new RequestLog();
  const cache = new PromptCache();
  const server = createServer((incoming, response) => {
    exchange(incoming, response, { log, cache, apiKey, respond: api.respond }).catch((error) => {
      // A client that hung up is no failure; the rest are faults of a test or of the stand-in.
      if (response.destroyed || response.headersSent) return response.destroy();
      sendError(response, apiError(400, { message: `Stand-in failed: ${error}` }));
    });
  });
  // The CLI reuses connections after any pause: closing an idle one would race with its request.
  server.keepAliveTimeout = 0;
  server.listen(port, "127.0.0.1");
  await once(server, "listening");

  const close = () => closeAll(server, log);
  const api: MessagesApi = {
    url: `http://127.0.0.1:${portOf(server)}`,
    requests: log.requests,
    otherRequests: log.sideRequests,
    respond,
    request: (which, { signal } = {}) => log.request(which, signal),
    close,
    [Symbol.asyncDispose]: close,
  };
  return api;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address !== null && typeof address === "object") return address.port;
  throw new Error(`Cannot tell the port: server listens on ${address}`);
}

async function closeAll(server: Server, log: RequestLog): Promise<void> {
  log.close();
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
