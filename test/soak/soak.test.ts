import assert from "node:assert/strict";
import { test } from "node:test";
import { soak } from "./soak.ts";

const seed = process.env.SOAK_SEED ?? "1";
const size = { turns: 120, sessions: 10 };
const repeat = `npm run soak -- --turns ${size.turns} --sessions ${size.sessions} --seed ${seed}`;

test("a short soak: every delivery is accounted for, and nothing is left", async (t) => {
  t.diagnostic(repeat);
  const { problems, ...report } = await soak({ ...size, seed });
  t.diagnostic(JSON.stringify(report));
  assert.deepEqual(problems, [], `To repeat it: ${repeat}`);
});
