/**
 * Lets the runner live through thousands of turns of a CLI that misbehaves, and holds it to what it
 * promises: `npm run soak -- [--turns N] [--sessions N] [--seed TEXT]`. The same seed makes the same
 * faults; what they meet depends on time.
 */
import { parseArgs } from "node:util";
import { soak } from "./soak.ts";

const { values } = parseArgs({
  options: {
    turns: { type: "string", default: "2000" },
    sessions: { type: "string", default: "50" },
    seed: { type: "string", default: String(Date.now()) },
  },
});
const { turns, sessions, seed } = values;

try {
  const report = await soak({
    turns: Number(turns),
    sessions: Number(sessions),
    seed,
    onProgress: (ended) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${ended} of ${turns} pushes `);
    },
  });
  console.log(JSON.stringify(report, null, 2));
  if (report.problems.length > 0) process.exitCode = 1;
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
const repeat = `npm run soak -- --turns ${turns} --sessions ${sessions} --seed ${seed}`;
if (process.exitCode === 1) console.error(`Soak failed; to repeat it: ${repeat}`);
