import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { execa } from "execa";

/** How a git server behaves; every field has a default. */
export interface GitHttpOptions {
  /** The only value of `Authorization` that is let in; default: all may read. */
  readonly authorization?: string;
  /**
   * Whether commits are given by id; default true. Without, the server speaks the first protocol
   * alone, which gives out what refs point to.
   */
  readonly byId?: boolean;
  /** Sends half of each pack, and keeps the connection open or cuts it off; default: all of it. */
  readonly half?: "kept open" | "cut off" | undefined;
  /** Answers a request itself, by returning true, before anything else looks at it. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** A git server over HTTP; `await using` stops it and ends its connections. */
export interface GitHttp extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`; a repository is a path below it. */
  readonly url: string;
  /** Each request so far: its path, and the credential that came with it. */
  readonly requests: readonly { readonly path: string; readonly authorization?: string }[];
}

/** Serves the bare repositories in a folder by git's own CGI program, on loopback. */
export async function serveGit(folder: string, options: GitHttpOptions = {}): Promise<GitHttp> {
  const requests: { path: string; authorization?: string }[] = [];
  const stopped = new AbortController();
  const running = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const { url: path = "/", headers } = request;
    const { authorization } = headers;
    requests.push(authorization === undefined ? { path } : { path, authorization });
    if (options.intercept?.(request, response)) return;
    if (options.authorization !== undefined && authorization !== options.authorization) {
      response.writeHead(401, { "www-authenticate": "Basic" }).end();
      return;
    }
    const answer = runBackend(request, response, { folder, signal: stopped.signal, ...options })
      .catch(() => void response.destroy())
      .finally(() => running.delete(answer));
    running.add(answer);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      stopped.abort();
      await Promise.all([closed, ...running]);
    },
  };
}

async function runBackend(
  request: IncomingMessage,
  response: ServerResponse,
  { folder, signal, byId = true, half }: GitHttpOptions & { folder: string; signal: AbortSignal },
): Promise<void> {
  const { pathname, search } = new URL(request.url ?? "/", "http://localhost");
  const { headers } = request;
  const { stdout } = await execa("git", ["http-backend"], {
    input: request,
    encoding: "buffer",
    cancelSignal: signal,
    killDescendants: true,
    env: {
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: "1",
      REQUEST_METHOD: request.method ?? "GET",
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: String(headers["content-encoding"] ?? ""),
      GIT_PROTOCOL: byId ? String(headers["git-protocol"] ?? "") : "",
    },
  });
  sendAnswer(Buffer.from(stdout), response, half);
}

/** Splits what a CGI program writes: headers, of which `Status` is the code, an empty line, body. */
function sendAnswer(output: Buffer, response: ServerResponse, half: GitHttpOptions["half"]): void {
  const end = output.indexOf("\r\n\r\n");
  const lines = output.subarray(0, end).toString("latin1").split("\r\n");
  for (const line of lines) {
    const [, name = "", value = ""] = /^([^:]+): *(.*)$/.exec(line) ?? [];
    if (name.toLowerCase() === "status") response.statusCode = Number.parseInt(value, 10);
    else if (name !== "") response.setHeader(name, value);
  }
  const body = output.subarray(end + 4);
  if (half === undefined || !body.includes("PACK")) return void response.end(body);
  response.write(body.subarray(0, body.length / 2), () => {
    if (half === "cut off") response.destroy();
  });
}
