import type { Credentials } from "./credentials.ts";
import { requestHeaders } from "./headers.ts";

/** Where requests go. */
export interface Upstream {
  /** The API's address, which may have a path, such as that of a gateway. */
  readonly upstream: string;
  readonly credentials: Credentials;
}

/** Sends a request to a path of the API, with the real credentials in place of what it came with. */
export async function send(
  request: Request,
  path: string,
  { upstream, credentials, signal }: Upstream & { readonly signal: AbortSignal },
): Promise<Response> {
  const { search } = new URL(request.url);
  // What `fetch` needs to send a stream, and the types of browsers don't know.
  const init: RequestInit & { readonly duplex: "half" } = {
    method: request.method,
    headers: requestHeaders(request.headers, credentials),
    body: request.body,
    duplex: "half",
    // Whoever it points at must not be sent the key.
    redirect: "manual",
    signal,
  };
  return await fetch(upstream.replace(/\/+$/, "") + path + search, init);
}
