import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { WebhookAccepted } from "#shared/api.ts";
import { assertProblem } from "#test/runner-http/assert-problem.ts";
import { delivery } from "./delivery.ts";
import { pullRequestPayload } from "./pull-request-payload.ts";
import { apiTokens, runnerSecrets } from "./settings.ts";
import { startEdge, type TestEdge, type TestEdgeOptions } from "./start-edge.ts";

/** Has an edge make a task; resolves to where it can be followed. */
async function links({ url }: TestEdge): Promise<WebhookAccepted> {
  const response = await fetch(`${url}/webhooks/github`, await delivery(pullRequestPayload()));
  return WebhookAccepted.parse(await response.json());
}

test("link opens status and events of its task, and the runner never sees its token", async () => {
  await using edge = await startEdge();
  const { task_id, status_url, events_url } = await links(edge);
  edge.runner.requests.length = 0;
  assert.equal((await fetch(status_url)).status, 200);
  assert.equal((await fetch(`${events_url}&after=3`)).status, 200);
  assert.deepEqual(
    edge.runner.requests.map(({ path }) => path),
    [`/v1/tasks/${task_id}`, `/v1/tasks/${task_id}/events?after=3`],
  );
});

test("link opens nothing else: no other task, no list, no cancelling", async () => {
  await using edge = await startEdge();
  const { task_id, status_url } = await links(edge);
  const other = (await links(edge)).task_id;
  const { search } = new URL(status_url);
  edge.runner.requests.length = 0;
  for (const path of [`/v1/tasks/${other}`, `/v1/tasks/${other}/events`, "/v1/tasks"]) {
    await assertProblem(await fetch(edge.url + path + search), 401, "unauthorized");
  }
  const cancel = `${edge.url}/v1/tasks/${task_id}/cancel${search}`;
  await assertProblem(await fetch(cancel, { method: "POST" }), 401, "unauthorized");
  assert.deepEqual(edge.runner.requests, []);
});

test("link works for its time to live, and not after", async () => {
  let now = Date.now();
  await using edge = await startEdge({
    now: () => now,
    environment: { EDGE_LINK_TTL: "60s" },
  });
  const { status_url } = await links(edge);
  now += 59_000;
  assert.equal((await fetch(status_url)).status, 200);
  now += 2000;
  const { detail } = await assertProblem(await fetch(status_url), 401, "unauthorized");
  assert.match(detail, /expired/);
});

test("link with any character of its token changed opens nothing", async () => {
  await using edge = await startEdge();
  const { status_url } = await links(edge);
  const [base, token = ""] = status_url.split("token=");
  const place = fc.nat({ max: token.length - 1 });
  const character = fc.constantFrom(..."0123456789abcdef.xF");
  await fc.assert(
    fc.asyncProperty(place, character, async (at, put) => {
      fc.pre(token[at] !== put);
      const forged = token.slice(0, at) + put + token.slice(at + 1);
      const response = await fetch(`${base}token=${forged}`);
      await assertProblem(response, 401, "unauthorized");
    }),
    { numRuns: 60 },
  );
});

test("link signed by a former runner secret still works", async () => {
  const [current, former] = runnerSecrets;
  const rotated: TestEdgeOptions = { environment: { RUNNER_SECRET: `${former} ${current}` } };
  await using before = await startEdge(rotated);
  await using edge = await startEdge();
  const { status_url } = await links(before);
  assert.equal((await fetch(status_url.replace(before.url, edge.url))).status, 200);
});

test("link has the public URL as its base, whatever the request says", async () => {
  const environment = { EDGE_PUBLIC_URL: "https://reviews.example.com/ci/" };
  await using edge = await startEdge({ environment });
  const { task_id, status_url } = await links(edge);
  assert.ok(status_url.startsWith(`https://reviews.example.com/ci/v1/tasks/${task_id}?token=`));
});

test("link yields to an API token where both are sent", async () => {
  await using edge = await startEdge();
  const { status_url } = await links(edge);
  const ask = (token: string) =>
    fetch(status_url, { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await ask(apiTokens.read)).status, 200);
  await assertProblem(await ask("stranger"), 401, "unauthorized");
});
