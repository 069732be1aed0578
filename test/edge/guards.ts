import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { WebhookAccepted } from "#shared/api.ts";
import { problemMediaType } from "#shared/problem.ts";
import { assertProblem } from "#test/runner-http/assert-problem.ts";
import { delivery } from "./delivery.ts";
import { pullRequestPayload } from "./pull-request-payload.ts";
import { apiTokens } from "./settings.ts";
import type { RunningEdge, TestEdgeOptions } from "./start-edge.ts";

const task = "/v1/tasks/01890a5d-ac96-774b-bcce-b302099a8057";
const messages = "/v1/sessions/2fd61f6a-9b0f-5d0a-8f4e-0d5f2f4d6c11/messages";
const dashboard = "https://dashboard.example.com";
const read = { authorization: `Bearer ${apiTokens.read}` };
const write = { authorization: `Bearer ${apiTokens.write}`, "content-type": "application/json" };

/** What an edge holds out against wherever it runs. */
export function guardSuite(
  start: (options?: Pick<TestEdgeOptions, "environment">) => Promise<RunningEdge>,
): void {
  suite("guards", { concurrency: false }, () => {
    test("pages of other origins get nothing by default, and no preflight passes", async () => {
      await using edge = await start();
      const origin = { origin: dashboard };
      const preflight = await fetch(edge.url + task, {
        method: "OPTIONS",
        headers: { ...origin, "access-control-request-method": "GET" },
      });
      await assertProblem(preflight, 405, "method_not_allowed");
      const answer = await fetch(edge.url + task, { headers: { ...read, ...origin } });
      for (const { headers } of [preflight, answer]) {
        assert.equal(headers.get("access-control-allow-origin"), null);
      }
    });

    test("pages of origins on the list may call the API, others and their kin may not", async () => {
      await using edge = await start({ environment: { EDGE_CORS_ORIGINS: dashboard } });
      const ask = async (origin: string, method: string) => {
        const asks = { "access-control-request-method": "POST" };
        const headers = { origin, ...(method === "OPTIONS" ? asks : read) };
        return (await fetch(edge.url + task, { method, headers })).headers;
      };
      const preflight = await ask(dashboard, "OPTIONS");
      assert.equal(preflight.get("access-control-allow-origin"), dashboard);
      assert.match(preflight.get("access-control-allow-headers") ?? "", /authorization/);
      const answer = await ask(dashboard, "GET");
      assert.equal(answer.get("access-control-allow-origin"), dashboard);
      assert.equal(answer.get("access-control-allow-credentials"), null);
      assert.match(answer.get("access-control-expose-headers") ?? "", /x-request-id/);
      for (const origin of ["null", `${dashboard}.evil.com`, "http://dashboard.example.com"]) {
        for (const method of ["OPTIONS", "GET"]) {
          assert.equal((await ask(origin, method)).get("access-control-allow-origin"), null);
        }
      }
    });

    test("every answer keeps browsers from sniffing, framing and loading", async () => {
      await using edge = await start();
      for (const path of ["/health", "/docs", "/openapi.json", "/nothing", task]) {
        const { headers } = await fetch(edge.url + path);
        assert.equal(headers.get("x-content-type-options"), "nosniff", path);
        assert.equal(headers.get("x-frame-options"), "SAMEORIGIN", path);
        assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'/, path);
      }
    });

    test("calls of one client are limited, whatever address its headers claim", async () => {
      await using edge = await start({ environment: { EDGE_RATE_LIMIT_API: "3" } });
      const answers = await inARow(async (attempt) => {
        const claimed = {
          "x-forwarded-for": `203.0.113.${attempt}`,
          "x-real-ip": `10.0.0.${attempt}`,
        };
        return await fetch(edge.url + task, { headers: { ...read, ...claimed } });
      });
      assert.ok(answers.filter(({ ok }) => ok).length >= 3);
      const refused = answers.find(({ status }) => status === 429);
      assert.ok(refused, "none was refused");
      assert.match(refused.headers.get("retry-after") ?? "", /^[1-9]\d?$/);
      await assertProblem(refused, 429, "rate_limited");
      const good = await delivery(pullRequestPayload());
      assert.equal((await fetch(`${edge.url}/webhooks/github`, good)).status, 202);
    });

    test("webhooks without proof are limited, and a forge at the same address never is", async () => {
      await using edge = await start({ environment: { EDGE_RATE_LIMIT_UNPROVED: "3" } });
      const send = async (secret?: string, attempt = 0) => {
        const { headers, ...good } = await delivery(pullRequestPayload(), secret ? { secret } : {});
        const claimed = { "x-forwarded-for": `203.0.113.${attempt}` };
        const init = { ...good, headers: { ...headers, ...claimed } };
        return await fetch(`${edge.url}/webhooks/github`, init);
      };
      const forged = await inARow((attempt) => send("a guess", attempt));
      assert.deepEqual(new Set(forged.map(({ status }) => status)), new Set([401, 429]));
      const refused = forged.find(({ status }) => status === 429);
      assert.ok(refused);
      await assertProblem(refused, 429, "rate_limited");
      for (const _ of [1, 2, 3, 4, 5, 6, 7, 8]) assert.equal((await send()).status, 202);
    });

    test("an oversized body of the API is refused though it tells no length", async () => {
      await using edge = await start();
      // More than any limit, and without an end: but no client sends faster than it is read.
      let left = 64;
      const endless = new ReadableStream({
        pull: (controller) => {
          if (left-- > 0) controller.enqueue(new Uint8Array(65_536));
          else return new Promise<void>(() => {});
        },
      });
      const init = { method: "POST", headers: write, body: endless, duplex: "half" };
      const outcome = await fetch(edge.url + messages, init).then(
        (response) => (isProblem(response) ? response.status : hungUp(response)),
        // The edge may hang up before the client has read why.
        () => 413,
      );
      assert.equal(outcome, 413);
      assert.deepEqual(edge.runner.requests, []);
    });

    test("what a client says about itself, its cookies and seals stay at the edge", async () => {
      await using edge = await start();
      const smuggled = {
        cookie: "session=1",
        forwarded: "for=10.0.0.1",
        "x-cicd-runner-seal": `t=1,v1=${"0".repeat(64)}`,
        "x-forwarded-for": "10.0.0.1",
        "x-http-method-override": "DELETE",
        "x-original-url": "/v1/tasks",
      };
      assert.equal(
        (await fetch(edge.url + task, { headers: { ...read, ...smuggled } })).status,
        200,
      );
      const [request] = edge.runner.requests;
      assert.deepEqual([request?.method, request?.path], ["GET", task]);
      const { "x-cicd-runner-seal": seal, ...seen } = request?.headers ?? {};
      assert.notEqual(seal, smuggled["x-cicd-runner-seal"]);
      for (const name of ["authorization", ...Object.keys(smuggled)]) {
        assert.equal(seen[name], undefined, name);
      }
    });

    test("no path leads the runner elsewhere than where the token was checked", async () => {
      await using edge = await start();
      for (const id of [
        "a%2F..%2Fb",
        "..%2f..%2ftasks",
        "%2e%2e",
        "a%3Fx=1",
        "a%23",
        "a%00",
        "%",
      ]) {
        const { status } = await fetch(`${edge.url}/v1/deliveries/${id}`, { headers: read });
        assert.equal(status, 404, id);
      }
      assert.deepEqual(edge.runner.requests, []);
    });

    test("a link is good for its own task, its own time and for reading alone", async () => {
      await using edge = await start();
      const sent = await fetch(`${edge.url}/webhooks/github`, await delivery(pullRequestPayload()));
      const { status_url, task_id } = WebhookAccepted.parse(await sent.json());
      edge.runner.requests.length = 0;
      const [, expiry = "", mac = ""] = /token=(\d+)\.(\w+)/.exec(status_url) ?? [];
      const own = `/v1/tasks/${task_id}`;
      const later = `token=${Number(expiry) + 1}.${mac}`;
      const good = `token=${expiry}.${mac}`;
      for (const [path, method, headers] of [
        [`${own}?${later}`, "GET", {}],
        [`${own}?token=${expiry}.${mac.toUpperCase()}`, "GET", {}],
        [`${own}?token=1.${mac}`, "GET", {}],
        [`${task}?${good}`, "GET", {}],
        [`/v1/tasks?${good}`, "GET", {}],
        [`${own}/cancel?${good}`, "POST", {}],
        [`${own}?${good}`, "GET", { authorization: "Bearer stranger" }],
      ] as const) {
        const response = await fetch(edge.url + path, { method, headers });
        await assertProblem(response, 401, "unauthorized");
      }
      assert.deepEqual(edge.runner.requests, []);
      assert.equal((await fetch(status_url)).status, 200);
    });
  });
}

function isProblem({ headers }: Response): boolean {
  return headers.get("content-type") === problemMediaType;
}

/** What wrangler puts before a Worker answers with a 500 of its own for one that hangs up. */
function hungUp({ status }: Response): number {
  return status === 500 ? 413 : status;
}

/** One after another, often enough to use up a share of 3 twice: a window may end in between. */
async function inARow(ask: (attempt: number) => Promise<Response>): Promise<Response[]> {
  const answers: Response[] = [];
  for (let attempt = 0; attempt < 8; attempt += 1) answers.push(await ask(attempt));
  return answers;
}
