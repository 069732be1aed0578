import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import * as z from "zod";
import {
  type ApiAnswer,
  type ApiRequest,
  type FakeForge,
  startFakeForge,
  type Tried,
} from "./fake-forge.ts";

/** What GitHub knows the sweeper by. */
export const github = {
  token: "github_pat_sweep",
  appId: "12345",
  key: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
} as const;

/** The hooks that lead to the edge, and one that doesn't. */
const hookUrls = { 5: "https://edge.test/webhooks/github", 6: "https://elsewhere.test/hook" };

const Described = z.object({
  paths: z.record(z.string(), z.object({ query: z.array(z.string()), answer: z.json() })),
});

/** GitHub's own description of what is asked for: `source` in the file says where it is from. */
const paths = Object.entries(
  Described.parse(JSON.parse(readFileSync(new URL("github-api.json", import.meta.url), "utf8")))
    .paths,
).map(([path, { query, answer }]) => {
  const form = new RegExp(`^${path.replaceAll(/\{\w+\}/g, "([\\w.-]+)")}$`);
  const schema = z.fromJSONSchema(z.record(z.string(), z.json()).parse(answer), {
    defaultTarget: "openapi-3.0",
  });
  return { path, form, query, schema };
});

/** Starts an API of GitHub: requests and answers are checked against GitHub's description. */
export async function startFakeGitHub(): Promise<FakeForge> {
  return await startFakeForge((request, tried) => {
    const known = paths.find(({ form }) => form.test(request.path));
    assert(known, `GitHub has no ${request.path}`);
    assert(request.headers["user-agent"], "GitHub refuses requests without User-Agent");
    for (const name of request.query.keys()) assert(known.query.includes(name), `no ${name} here`);
    if (!isAllowed(request)) return { status: 401, json: '{"message":"Bad credentials"}' };
    const { value, headers = {} } = answerTo(request, known.path, tried);
    if (value === undefined) return { status: 404, json: '{"message":"Not Found"}' };
    const { error } = known.schema.safeParse(JSON.parse(JSON.stringify(value, asNumber)));
    assert.equal(error, undefined, `the fake has ${error}`);
    return { status: 200, headers, json: json(value) };
  });
}

function answerTo({ path, query }: ApiRequest, form: string, tried: readonly Tried[]) {
  if (form.endsWith("/hooks")) return { value: Object.entries(hookUrls).map(hook) };
  if (!form.endsWith("/deliveries")) {
    const one = tried.find(({ number }) => path.endsWith(`/${number}`));
    return { value: one && { ...listed(one), ...inFull(one) } };
  }
  const size = Number(query.get("per_page") ?? 30);
  assert(size <= 100);
  const cursor = query.get("cursor");
  const from = cursor === null ? 0 : tried.findIndex(({ number }) => `v1_${number}` === cursor);
  assert(from >= 0, "unknown cursor");
  const next = tried[from + size];
  // GitHub's link leads to its own host: only the cursor may be taken from it.
  const link = `<https://api.github.test${path}?per_page=${size}&cursor=v1_${next?.number}>; rel="next"`;
  return {
    value: tried.slice(from, from + size).map(listed),
    headers: next === undefined ? {} : { link },
  };
}

function listed({ number, id, at, status = 0, event }: Tried) {
  return {
    id: number,
    guid: id,
    delivered_at: new Date(at).toISOString(),
    redelivery: false,
    duration: 0.3,
    status: status === 0 ? "failed to connect" : "OK",
    status_code: status,
    event,
    action: "opened",
    installation_id: null,
    repository_id: 42,
    throttled_at: null,
  };
}

function inFull({ id, event, payload, status, answer }: Tried) {
  const headers = { "X-GitHub-Delivery": id, "X-GitHub-Event": event };
  return {
    url: hookUrls[5],
    request: { headers, payload },
    response: { headers: {}, payload: status === undefined ? null : answer },
  };
}

function hook([id, url]: [string, string]) {
  const web = `https://api.github.test/hooks/${id}`;
  const time = "2026-01-01T00:00:00Z";
  return {
    type: "Repository",
    id: Number(id),
    name: "web",
    active: true,
    events: ["pull_request"],
    config: { url, content_type: "json" },
    updated_at: time,
    created_at: time,
    url: web,
    test_url: web,
    ping_url: web,
    last_response: { code: null, status: "unused", message: null },
  };
}

/** An App shows a token that it has signed and that is good for at most ten minutes. */
function isAllowed({ path, headers }: ApiRequest): boolean {
  const [, bearer = ""] = /^Bearer (.+)$/.exec(headers.authorization ?? "") ?? [];
  if (!path.startsWith("/app/")) return bearer === github.token;
  const [head = "", body = "", signature = ""] = bearer.split(".");
  const signed = Buffer.from(`${head}.${body}`);
  const isGood = verify(
    "sha256",
    signed,
    createPublicKey(github.key),
    Buffer.from(signature, "base64url"),
  );
  const claims = JSON.parse(Buffer.from(body || "e30", "base64url").toString());
  const now = Date.now() / 1000;
  return (
    isGood && claims.iss === github.appId && claims.exp > now && claims.exp - claims.iat <= 600
  );
}

function asNumber(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? Number(value % 1000n) : value;
}

/** JSON with the digits of big numbers as they are, as GitHub sends them. */
function json(value: unknown): string {
  const text = JSON.stringify(value, (_, one) => (typeof one === "bigint" ? `bigint ${one}` : one));
  return text.replaceAll(/"bigint (\d+)"/g, "$1");
}

/** For answers in GitHub's place. */
export function githubSays(
  status: number,
  headers: Readonly<Record<string, string>> = {},
): ApiAnswer {
  return { status, headers, json: '{"message":"No"}' };
}
