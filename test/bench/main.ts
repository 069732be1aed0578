/**
 * What the product adds to the bare CLI: `npm run bench -- [--rounds N] [--json]`.
 *
 * Method. Both sides run the pinned, real CLI with the same flags, prompts and answers, against a
 * stand-in of the model's API on loopback that answers at once: what is left is the CLI's own time
 * and ours. A round takes every contender once from nothing, and the warm ones three times; who
 * goes first changes from round to round, and warm turns of both sides alternate, so that the noise
 * of the machine meets both alike. Ratios compare medians of one run; figures of different runs or
 * machines are not comparable. One unmeasured pass before warms the disk cache and the just-in-time
 * compiler, and learns the prompts that the raw side gets.
 *
 * Raw is the least code that can run a turn. Ours is the whole way: a signed GitHub webhook over
 * HTTP to the edge, the hand-off, the queue, git (a `file://` repository of 200 files), the turn,
 * the journal and SSE, until the terminal event is read. Edge, runner, stand-in and client share
 * one Node process here, and with it one event loop, to the product's disadvantage. Building and
 * signing the delivery is about a millisecond of "webhook to 202".
 *
 * p99 is the nearest rank: with fewer than 100 samples it is the maximum. Steps of the workspace
 * come from the journal, whose times are whole milliseconds. Everything is removed at the end, also
 * after SIGINT and SIGTERM.
 */
import { parseArgs } from "node:util";
import { bench } from "./bench.ts";
import { table } from "./report.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "15" }, json: { type: "boolean", default: false } },
});
const rounds = Number(values.rounds);

const stop = new AbortController();
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.on(signal, () => {
    process.exitCode = code;
    stop.abort();
  });
}

try {
  if (!Number.isSafeInteger(rounds) || rounds < 1) {
    throw new Error(`--rounds must be a whole number from 1: ${values.rounds}`);
  }
  const onRound = (done: number) => {
    if (process.stderr.isTTY) process.stderr.write(`\rround ${done} of ${rounds} `);
  };
  const report = await bench({ rounds, signal: stop.signal, onRound });
  if (process.stderr.isTTY) process.stderr.write("\r");
  console.log(values.json ? JSON.stringify(report, null, 2) : table(report));
} catch (error) {
  if (!stop.signal.aborted) {
    console.error(`Benchmark failed: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
