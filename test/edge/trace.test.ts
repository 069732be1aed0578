import assert from "node:assert/strict";
import { test } from "node:test";
import { HandOff } from "#shared/api.ts";
import { delivery } from "./delivery.ts";
import { pullRequestPayload } from "./pull-request-payload.ts";
import { startEdge } from "./start-edge.ts";

const caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

/** What the runner is told of the trace of a delivery that came with this header. */
async function handedOn(traceparent?: string) {
  await using edge = await startEdge();
  const { headers, ...request } = await delivery(pullRequestPayload());
  const all = { ...headers, ...(traceparent !== undefined && { traceparent }) };
  const answer = await fetch(`${edge.url}/webhooks/github`, { ...request, headers: all });
  assert.equal(answer.status, 202);
  const [handedOff] = edge.runner.requests;
  const { trace } = HandOff.parse(JSON.parse(handedOff?.body ?? ""));
  assert.equal(handedOff?.headers.traceparent, trace?.traceparent);
  return trace;
}

test("the edge goes on with the trace that its caller is in, as a step of its own", async () => {
  const trace = await handedOn(caller);
  assert.match(trace?.traceparent ?? "", /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/);
  assert.notEqual(trace?.traceparent, caller);
  assert.equal(trace?.parent, caller);
});

test("the edge begins a trace where there is none, or none that can be read", async () => {
  const unreadable = [
    undefined,
    "",
    "a",
    caller.toUpperCase(),
    `${caller}-more`,
    "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
  ];
  const seen = new Set<string | undefined>();
  for (const header of unreadable) {
    const trace = await handedOn(header);
    assert.match(trace?.traceparent ?? "", /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    assert.equal(trace?.parent, undefined);
    seen.add(trace?.traceparent);
  }
  assert.equal(seen.size, unreadable.length);
});
