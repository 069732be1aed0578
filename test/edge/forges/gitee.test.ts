import assert from "node:assert/strict";
import { test } from "node:test";
import { assertProblem } from "#test/runner-http/assert-problem.ts";
import { giteeSegment } from "../settings.ts";
import { startEdge } from "../start-edge.ts";
import { giteeByPassword, giteeSigned } from "./deliveries.ts";
import { giteePayload, inBody } from "./gitee-payload.ts";

test("gitee is refused without its secret segment, though all else is right", async () => {
  await using edge = await startEdge();
  for (const path of ["", "/", "/another-segment-of-it", `/${giteeSegment.toUpperCase()}`]) {
    const response = await fetch(`${edge.url}/webhooks/gitee${path}`, giteeSigned(giteePayload()));
    assert.ok([401, 404].includes(response.status), path);
  }
  const bare = await fetch(`${edge.url}/webhooks/gitee`, giteeSigned(giteePayload()));
  const { hint } = await assertProblem(bare, 401, "unauthorized");
  assert.match(hint ?? "", /gitee\.path_segment/);
  assert.deepEqual(edge.runner.requests, []);
  const good = `${edge.url}/webhooks/gitee/${giteeSegment}`;
  assert.equal((await fetch(good, giteeSigned(giteePayload()))).status, 202);
});

test("gitee takes every segment while they are rotated", async () => {
  const segments = ["the-next-segment", giteeSegment];
  await using edge = await startEdge({ environment: { GITEE_PATH_SEGMENT: segments.join(" ") } });
  for (const segment of segments) {
    const url = `${edge.url}/webhooks/gitee/${segment}`;
    assert.equal((await fetch(url, giteeSigned(giteePayload()))).status, 202);
  }
});

test("a path has no further segment where none is configured", async () => {
  await using edge = await startEdge({ environment: { GITEE_PATH_SEGMENT: "" } });
  const deliver = async (path: string) =>
    await fetch(`${edge.url}/webhooks/${path}`, giteeSigned(giteePayload()));
  assert.equal((await deliver("gitee")).status, 202);
  await assertProblem(await deliver(`gitee/${giteeSegment}`), 404, "not_found");
  await assertProblem(await deliver("github/more"), 404, "not_found");
});

test("gitee refuses a signature of yesterday, and takes the password whenever it was sent", async () => {
  await using edge = await startEdge();
  const url = `${edge.url}/webhooks/gitee/${giteeSegment}`;
  const time = Date.now() - 24 * 3_600_000;
  const old = await fetch(url, giteeSigned(giteePayload(), { time }));
  assert.match((await assertProblem(old, 401, "unauthorized")).detail, /X-Gitee-Timestamp/);
  assert.equal((await fetch(url, giteeByPassword(giteePayload(), { time }))).status, 202);
});

test("gitee tells two deliveries of one body apart by their time", async () => {
  await using edge = await startEdge();
  const url = `${edge.url}/webhooks/gitee/${giteeSegment}`;
  const time = Date.now();
  for (const each of [time, time, time - 1]) {
    await fetch(url, giteeSigned(giteePayload(), { time: each }));
  }
  const ids = edge.deliveries.map((report) => "deliveryId" in report && report.deliveryId);
  assert.equal(ids[0], ids[1]);
  assert.equal(new Set(ids).size, 2);
});

test("gitee's password and signature in the body are in nothing that the edge gives out", async () => {
  await using edge = await startEdge();
  const url = `${edge.url}/webhooks/gitee/${giteeSegment}`;
  const good = giteePayload();
  const texts = [];
  for (const payload of [good, { ...good, action: "label" }, { ...good, pull_request: inBody }]) {
    texts.push(await (await fetch(url, giteeSigned(payload))).text());
  }
  const told = [texts, edge.runner.requests, edge.deliveries, edge.errors];
  for (const secret of Object.values(inBody)) {
    assert.ok(JSON.stringify(good).includes(secret));
    assert.ok(!JSON.stringify(told).includes(secret), secret);
  }
  assert.equal(edge.runner.requests.length, 1);
});
