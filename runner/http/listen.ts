import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { CicdError, reasonOf } from "#shared/error.ts";

/** Where to listen. */
export interface ListenOptions {
  readonly fetch: (request: Request, env: NodeBindings) => Response | Promise<Response>;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** A socket that listens already, passed by a service manager; host and port then only name it. */
  readonly descriptor?: number | undefined;
}

/** What of Node's own there is to a request. */
interface NodeBindings {
  readonly incoming: { readonly socket: { readonly remoteAddress?: string | undefined } };
  readonly outgoing: { setTimeout(milliseconds: number): unknown };
}

/** A listening HTTP server. */
export interface Listening {
  /** `http://<host>:<port>`, without a slash at the end. */
  readonly url: string;
  /** Accepts nothing more and lets requests end for `grace` milliseconds, then cuts them off. */
  close(grace: number): Promise<void>;
}

/**
 * Serves a fetch handler on Node.
 * @throws CicdError `config_invalid` when the address can't be listened on.
 */
export async function listen({ fetch, host, port, descriptor }: ListenOptions): Promise<Listening> {
  const server = createAdaptorServer({ fetch, hostname: host });
  if (!("closeIdleConnections" in server))
    throw new TypeError("Cannot listen: not an HTTP/1 server");
  const unused = new Set<Socket>();
  server.on("connection", (socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  server.on("request", ({ socket }) => unused.delete(socket));
  if (descriptor === undefined) server.listen(port, host);
  else server.listen({ fd: descriptor });
  try {
    await once(server, "listening");
  } catch (cause) {
    throw cannotListen(host, port, cause);
  }
  const bound = server.address();
  const address = isAddress(bound) ? bound : { address: host, port };
  return {
    url: originOf(descriptor === undefined ? host : address.address, address.port),
    close: async (grace) => {
      const closed = once(server, "close");
      server.close();
      const late = setTimeout(() => server.closeAllConnections(), grace);
      // The request of a connection that was opened just now is on its way; one that was opened in
      // advance brings none, and Node would take it for one at work.
      const empty = setTimeout(
        () => unused.forEach((socket) => void socket.destroy()),
        Math.min(grace, firstRequestPatience),
      );
      // It closes those that are idle now; one whose answer ends later would be kept alive.
      const idle = setInterval(() => server.closeIdleConnections(), idleCheckInterval);
      await closed;
      clearTimeout(late);
      clearTimeout(empty);
      clearInterval(idle);
    },
  };
}

/** In milliseconds. */
const idleCheckInterval = 20;
/** How long a connection has for its first request once the server closes, in milliseconds. */
const firstRequestPatience = 500;

function originOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}

function cannotListen(host: string, port: number, cause: unknown): CicdError {
  const why = reasonOf(cause);
  return new CicdError("config_invalid", `Cannot listen on ${host}:${port}: ${why}`, {
    cause,
    hint: "Stop the program that uses the port, or set another host and port",
  });
}
