import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { RunnerConfig } from "#runner/config.ts";
import { recordTraces } from "#runner/trace/record-traces.ts";
import { readConfig } from "#shared/config.ts";
import { startFakeGitHub } from "../forges/github.ts";
import { setScene } from "../host/scene.ts";
import { apiError } from "../messages-api/api-error.ts";
import { twice } from "../publish/findings.ts";
import { setScene as setPublishingScene } from "../publish/scene.ts";
import { succeeded } from "../publish/succeeded.ts";
import { type Span, startReceiver } from "./receiver.ts";

const caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const [, callersTrace, callersSpan] = caller.split("-");

/** Each span by its name, which must be of one alone. */
function byName(spans: readonly Span[]): ReadonlyMap<string, Span> {
  const names = spans.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length, names.join());
  return new Map(spans.map((span) => [span.name, span]));
}

/** `name < parent`, sorted. */
function family(spans: readonly Span[]): string[] {
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  const lines = spans.map(
    ({ name, parentSpanId: id = "" }) => `${name} < ${names.get(id) ?? (id || "none")}`,
  );
  return lines.sort();
}

test("a webhook: one trace from whoever called the edge to the turn, and to the CLI", async () => {
  await using receiver = await startReceiver();
  await using scene = await setScene({
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`,
      OTEL_TRACES_SAMPLER_ARG: "1",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=test",
      CLAUDE_MODEL: "sonnet",
    },
  });
  const sent = await scene.push(1, undefined, { headers: { traceparent: caller } });
  const { data } = await sent.first("session.ready");
  const told = await readFile(`/proc/${data.pid}/environ`, "utf8");
  await sent.first("task.succeeded");
  assert.equal(await scene.program.stop("SIGTERM"), 0);

  assert.deepEqual(new Set(receiver.requests), new Set(["/v1/traces application/json"]));
  const { spans } = receiver;
  assert.deepEqual(family(spans), [
    "checkout < task",
    "process < task",
    "queue < webhook",
    "task < webhook",
    "turn < task",
    `webhook < ${callersSpan}`,
  ]);
  assert.deepEqual(new Set(spans.map(({ traceId }) => traceId)), new Set([callersTrace]));
  const named = byName(spans);
  assert.equal(named.get("task")?.attributes["cicd.task.id"], sent.task_id);
  assert.equal(named.get("process")?.attributes["cicd.process.start"], "cold");
  assert(Number(named.get("turn")?.attributes["gen_ai.usage.output_tokens"]) > 0);
  for (const { name, startTimeUnixNano, endTimeUnixNano } of spans) {
    assert(endTimeUnixNano >= startTimeUnixNano, name);
  }
  const traceparent = `00-${callersTrace}-${named.get("task")?.spanId}-01`;
  assert(told.split("\0").includes(`TRACEPARENT=${traceparent}`));
  assert.equal(receiver.resources[0]?.["service.name"], "cicd-runner");
  assert.equal(receiver.resources[0]?.["deployment.environment"], "test");
});

test("a task that fails: its trace begins at the edge, and tells the code alone", async () => {
  await using receiver = await startReceiver();
  await using scene = await setScene({
    respond: () => apiError(401, { message: "a secret of the API" }),
    environment: { OBSERVABILITY_OTLP_ENDPOINT: receiver.url, OBSERVABILITY_TRACING_SAMPLER: "1" },
  });
  const sent = await scene.push(1);
  await sent.first("task.failed");
  await scene.program.stop("SIGTERM");
  const task = byName(receiver.spans).get("task");
  assert.equal(task?.attributes["error.type"], "model_refused_key");
  assert.deepEqual(task?.status, { code: 2, message: "model_refused_key" });
  assert(family(receiver.spans).includes("webhook < none"));
  assert(!JSON.stringify(receiver.spans, (_, value) => String(value)).includes("secret of"));
});

test("what is published is a step of the trace", async () => {
  await using receiver = await startReceiver();
  await using fake = await startFakeGitHub();
  {
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OBSERVABILITY_TRACING_SAMPLER: "1",
    };
    await using scene = await setPublishingScene("github", fake, { environment });
    const { id } = await scene.push({ file: "one();\ntwo();\n", findings: [twice] });
    await succeeded(scene, id);
  }
  assert(family(receiver.spans).includes("publish < task"));
});

test("a receiver that is gone: the work goes on, and the log tells", async () => {
  const receiver = await startReceiver();
  await receiver[Symbol.asyncDispose]();
  await using scene = await setScene({
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_SAMPLER_ARG: "1" },
  });
  await (await scene.push(1)).first("task.succeeded");
  assert.equal(await scene.program.stop("SIGTERM"), 0);
  assert(scene.program.log.some((line) => line.includes("traces_lost")));
  assert(!scene.program.log.some((line) => line.includes('"level":50')));
});

const of = async (environment: Readonly<Record<string, string>>) => {
  const config = readConfig(RunnerConfig, {}, { RUNNER_SECRET: "r".repeat(32), ...environment });
  const options = { environment, version: "0", onError: () => {} };
  await using tracing = await recordTraces(config, options);
  return tracing !== undefined;
};

test("traces are recorded where an endpoint or the setting asks for it, and nowhere else", async () => {
  assert.equal(await of({}), false);
  assert.equal(await of({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" }), true);
  assert.equal(await of({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://127.0.0.1:1" }), true);
  assert.equal(await of({ OBSERVABILITY_TRACING_ENABLED: "true" }), true);
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" };
  assert.equal(await of({ ...endpoint, OBSERVABILITY_TRACING_ENABLED: "false" }), false);
  assert.equal(await of({ ...endpoint, OTEL_SDK_DISABLED: "true" }), false);
});
