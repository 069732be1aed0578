import assert from "node:assert/strict";
import { test } from "node:test";
import { execa } from "execa";
import * as z from "zod";
import { rows } from "./rows.ts";
import { summarize } from "./statistics.ts";

const main = new URL("main.ts", import.meta.url).pathname;
const Report = z.object({ rows: z.array(z.object({ key: z.string(), count: z.int() })) });

test("the benchmark measures every row", async () => {
  const { stdout } = await execa(process.execPath, [main, "--rounds", "1", "--json"]);
  const report = Report.parse(JSON.parse(stdout));
  assert.deepEqual(
    report.rows.map(({ key }) => key),
    rows.map(({ key }) => key),
  );
  for (const { key, count } of report.rows) assert(count >= 1, key);
});

test("a wrong number of rounds is refused", async () => {
  const { exitCode, stderr } = await execa(process.execPath, [main, "--rounds", "0"], {
    reject: false,
  });
  assert.equal(exitCode, 1);
  assert.match(stderr, /--rounds must be a whole number from 1: 0/);
});

test("a summary has the middle, and the value that 99 % are not above", () => {
  const samples = Array.from({ length: 200 }, (_, index) => 200 - index);
  assert.deepEqual(summarize(samples), { count: 200, min: 1, median: 100.5, p99: 198, max: 200 });
  assert.deepEqual(summarize([7]), { count: 1, min: 7, median: 7, p99: 7, max: 7 });
});
