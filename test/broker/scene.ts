import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { type BrokerOptions, startBroker } from "#runner/broker/broker.ts";
import type { Access, AccessHooks } from "#runner/broker/grant.ts";
import type { RequestUsage } from "#runner/broker/usage.ts";
import type { Responder } from "../messages-api/reply.ts";
import { startMessagesApi } from "../messages-api/start.ts";

/** The key that no process but the broker's may have. */
export const realKey = "sk-ant-the-real-key-of-the-operator";

/** A broker in front of an API, and what it told. */
export async function scene(
  upstream: string,
  hooks: Pick<AccessHooks, "refuse"> = {},
  options: Partial<BrokerOptions> = {},
) {
  const stack = new AsyncDisposableStack();
  const usages: RequestUsage[] = [];
  const errors: unknown[] = [];
  const broker = stack.use(
    await startBroker({
      upstream,
      credentials: { "x-api-key": realKey },
      firstByteTimeout: 60_000,
      idleTimeout: 60_000,
      onError: (error) => errors.push(error),
      ...options,
    }),
  );
  const access = stack.use(broker.admit({ ...hooks, onUsage: (usage) => usages.push(usage) }));
  const { url } = broker;
  return {
    ...{ broker, url, access, usages, errors },
    ask: (options?: AskOptions) => ask(url, access, options),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** The same in front of the stand-in of the API, which lets only the real key in. */
export async function sceneWithApi(
  respond: Responder,
  hooks?: Pick<AccessHooks, "refuse">,
  options?: Partial<BrokerOptions>,
) {
  const stack = new AsyncDisposableStack();
  const api = stack.use(await startMessagesApi({ apiKey: realKey, respond }));
  const inner = stack.use(await scene(api.url, hooks, options));
  return { ...inner, api, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** An API of one handler, for what the stand-in does not do. */
export async function rawApi(handler: RequestListener) {
  const server = createServer(handler).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** How a request differs from a good one. */
export interface AskOptions extends RequestInit {
  readonly headers?: Record<string, string>;
  readonly path?: string;
  readonly stream?: boolean;
}

function ask(url: string, access: Access, options: AskOptions = {}): Promise<Response> {
  const { path = "/v1/messages?beta=true", stream = true, headers, ...init } = options;
  const messages = [{ role: "user", content: "Hello" }];
  return fetch(url + path, {
    method: "POST",
    headers: { "x-api-key": access.token, "content-type": "application/json", ...headers },
    body: JSON.stringify({ model: "claude-test", max_tokens: 10, stream, messages }),
    ...init,
  });
}
