import type { Credentials } from "./credentials.ts";

/** What a request of the CLI may say to the API; the names that it uses, and no credentials. */
const passedOn =
  /^(accept|content-type|content-length|user-agent|x-app|x-client-request-id|(anthropic|x-stainless|x-claude-code)-.+)$/;

/** What concerns one connection only, and what the CLI has no use for. */
const keptBack = [
  ...["connection", "keep-alive", "proxy-authenticate", "proxy-connection", "te", "trailer"],
  ...["transfer-encoding", "upgrade", "alt-svc", "set-cookie", "strict-transport-security"],
];

/** The headers of a request to the API. */
export function requestHeaders(headers: Headers, credentials: Credentials): Headers {
  const passed = new Headers([...headers].filter(([name]) => passedOn.test(name)));
  for (const [name, value] of Object.entries(credentials)) passed.set(name, value);
  // The meter reads text.
  passed.set("accept-encoding", "identity");
  return passed;
}

/** The headers of the API's answer, for the CLI. */
export function responseHeaders(headers: Headers): Headers {
  const passed = new Headers(headers);
  for (const name of keptBack) passed.delete(name);
  if (passed.has("content-encoding")) {
    // An API that compresses all the same: `fetch` has unpacked it by now.
    passed.delete("content-encoding");
    passed.delete("content-length");
  }
  return passed;
}
