import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { listen } from "../http/listen.ts";
import { apiError } from "./api-error.ts";
import type { Credentials } from "./credentials.ts";
import type { Cut } from "./exchange.ts";
import { revoked } from "./failure.ts";
import { type ForwardOptions, forward } from "./forward.ts";
import { type Access, type AccessHooks, digestOf, Grant } from "./grant.ts";

/** How a broker starts. */
export interface BrokerOptions extends Omit<ForwardOptions, "upstream"> {
  /** Default: Anthropic's own API. */
  readonly upstream?: string;
}

/** A running broker; disposal cuts all that is open. */
export interface Broker extends AsyncDisposable {
  /** For `ANTHROPIC_BASE_URL` of the CLI. */
  readonly url: string;
  /** Gives leave to one process. */
  admit(hooks?: AccessHooks): Access;
  /** Sends others from the next request on. */
  changeCredentials(credentials: Credentials): void;
}

/**
 * Starts the one place that reaches the model's API and has its credentials. CLI processes reach it on
 * loopback, each with a token of its own in place of the key. Behind an HTTP proxy the host needs
 * `NODE_USE_ENV_PROXY=1` in its environment: Node's `fetch` does not heed `HTTPS_PROXY` otherwise.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { upstream = "https://api.anthropic.com", onError } = options;
  let { credentials } = options;
  const grants = new Set<Grant>();
  const app = new Hono<BrokerEnv>();
  app.onError((error) => {
    onError?.(error);
    return apiError("api_error", "Broker failed");
  });
  app.notFound((c) => apiError("not_found_error", `Broker has no ${c.req.method} ${c.req.path}`));
  app.use(async (c, next) => {
    await next();
    // The CLI reuses a connection after any pause, and its request would race with our closing it.
    c.res.headers.set("connection", "close");
  });
  app.use(async (c, next) => {
    const grant = grantOf(c.req.header("x-api-key") ?? "", grants);
    if (grant === undefined) return revoked();
    c.set("grant", grant);
    await next();
  });
  // All that the CLI asks for as the runner starts it; the second for counting what it has.
  app.on("POST", ["/v1/messages", "/v1/messages/count_tokens"], async (c) => {
    const { grant } = c.var;
    const refusal = grant.hooks.refuse?.();
    if (refusal !== undefined) return apiError("permission_error", refusal);
    const hangUp = (why: Cut) => breakOff(c.env.outgoing, why);
    const admitted = { request: c.req.raw, path: c.req.path, grant, hangUp };
    return await forward(admitted, { ...options, credentials, upstream });
  });

  const server = await listen({ fetch: app.fetch, host: "127.0.0.1", port: 0 });
  return {
    url: server.url,
    admit: (hooks = {}) => {
      const grant = new Grant(hooks, () => grants.delete(grant));
      grants.add(grant);
      return grant;
    },
    changeCredentials: (changed) => {
      credentials = changed;
    },
    [Symbol.asyncDispose]: () => server.close(0),
  };
}

interface BrokerEnv {
  Bindings: HttpBindings;
  Variables: { grant: Grant };
}

/** Every grant is compared, so time tells nothing. */
function grantOf(token: string, grants: Iterable<Grant>): Grant | undefined {
  const digest = digestOf(token);
  let found: Grant | undefined;
  for (const grant of grants) {
    if (grant.fits(digest)) found = grant;
  }
  return found;
}

/** Without the end of the body, and behind what is written unless nobody is to have it. */
function breakOff({ socket }: HttpBindings["outgoing"], { kind }: Cut): void {
  if (kind === "revoked") socket?.destroy();
  else socket?.destroySoon();
}
