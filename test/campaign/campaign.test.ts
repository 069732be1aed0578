import assert from "node:assert/strict";
import { test } from "node:test";
import { campaign } from "./campaign.ts";

const size = { deliveries: 60, sessions: 8, killEvery: 1500 };

test("a short campaign: nothing is lost or done twice, whatever is killed", async (t) => {
  const { problems, ...report } = await campaign({ ...size, seed: "1" });
  t.diagnostic(JSON.stringify(report));
  assert.deepEqual(problems, []);
  assert.equal(
    Object.values(report.ends).reduce((sum, count) => sum + count),
    size.deliveries,
  );
  assert.ok((report.kills.runner ?? 0) > 0 && (report.kills.edge ?? 0) > 0, "nothing was killed");
});
