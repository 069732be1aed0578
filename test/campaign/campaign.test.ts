import assert from "node:assert/strict";
import { test } from "node:test";
import { campaign } from "./campaign.ts";

const size = { deliveries: 36, sessions: 6, killEvery: 1000 };

test("a short campaign: nothing is lost or done twice, whatever is killed", async (t) => {
  const { problems, ...report } = await campaign({
    ...size,
    hosts: 2,
    store: "postgres",
    seed: "1",
  });
  t.diagnostic(JSON.stringify(report));
  assert.deepEqual(problems, []);
  assert.equal(
    Object.values(report.ends).reduce((sum, count) => sum + count),
    size.deliveries,
  );
  assert.ok(
    ["runner", "edge", "database"].every((name) => (report.kills[name] ?? 0) > 0),
    "nothing was killed",
  );
});
