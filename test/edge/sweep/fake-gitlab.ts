import assert from "node:assert/strict";
import { type FakeForge, startFakeForge, type Tried } from "./fake-forge.ts";

/** What GitLab knows the sweeper by. */
export const gitlabToken = "glpat-sweep";

const hooks = [
  { id: 5, url: "https://edge.test/webhooks/gitlab", merge_requests_events: true },
  { id: 6, url: "https://elsewhere.test/hook", merge_requests_events: true },
];

const form = /^\/(?:projects|groups)\/acme(?:%2Fshop)?\/hooks(?<events>\/5\/events)?$/;

/** Starts an API of GitLab, as its documentation describes events of webhooks. */
export async function startFakeGitLab(): Promise<FakeForge> {
  return await startFakeForge(({ path, query, headers }, tried) => {
    const found = form.exec(path);
    if (headers["private-token"] !== gitlabToken) return { status: 401, json: "{}" };
    if (found === null) return { status: 404, json: '{"message":"404 Not found"}' };
    if (found.groups?.events === undefined) return { status: 200, json: JSON.stringify(hooks) };
    const [size, page] = [Number(query.get("per_page") ?? 20), Number(query.get("page") ?? 1)];
    assert(size >= 1 && size <= 20, "per_page does not have a valid value");
    const events = tried.slice((page - 1) * size, page * size).map(event);
    return { status: 200, json: JSON.stringify(events) };
  });
}

function event({ number, id, event: name, at, status, answer, payload }: Tried) {
  return {
    id: Number(number % 1_000_000n),
    url: hooks[0]?.url,
    trigger: "merge_request_hooks",
    request_headers: {
      "Content-Type": "application/json",
      "User-Agent": "GitLab/19.2.0",
      "Idempotency-Key": id,
      "X-Gitlab-Event": name,
      "X-Gitlab-Token": "[REDACTED]",
    },
    request_data: payload,
    response_headers: {},
    response_body: status === undefined ? "" : answer,
    execution_duration: 0.2,
    response_status: status === undefined ? "internal error" : String(status),
    created_at: new Date(at).toISOString(),
  };
}
