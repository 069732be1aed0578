import assert from "node:assert/strict";
import { test } from "node:test";
import { execa } from "execa";
import * as z from "zod";
import { goalsOf } from "./goals.ts";
import { reportOf } from "./report.ts";
import { type RowKey, rows } from "./rows.ts";
import { summarize } from "./statistics.ts";

const main = new URL("main.ts", import.meta.url).pathname;
const small = ["--rounds", "1", "--repeats", "1", "--crowd", "2"];
const few = ["--followers", "100", "--ended", "1000"];
const Report = z.object({
  rows: z.array(z.object({ key: z.string(), count: z.int(), median: z.number() })),
  goals: z.array(z.object({ key: z.string(), value: z.number(), met: z.boolean() })),
});

/** Memory is read from /proc. */
const skip = process.platform !== "linux";

test("the benchmark measures every row, and holds eleven of them against the goals", {
  skip,
  // Everything once, on a machine that has much else to do.
  timeout: 300_000,
}, async () => {
  const { stdout } = await execa(process.execPath, [main, ...small, ...few, "--json"]);
  const report = Report.parse(JSON.parse(stdout));
  assert.deepEqual(
    report.rows.map(({ key }) => key),
    rows.map(({ key }) => key),
  );
  for (const { key, count } of report.rows) assert(count >= 1, key);
  assert.deepEqual(
    report.goals.map(({ key }) => key),
    [
      ...["warm_turn", "spare", "broker", "known", "webhook_rate", "webhook_p99"],
      ...["sqlite_claim", "postgres_claim", "sqlite_turn_start", "postgres_turn_start", "takeover"],
    ],
  );
  const memory = report.rows.filter(({ key }) =>
    /^(host_new|host_known|ours_crowd_memory)$/.test(key),
  );
  for (const { key, median } of memory) assert(median > 10 && median < 1000, `${key}: ${median}`);
});

for (const [option, value, range] of [
  ["--rounds", "0", "from 1"],
  ["--repeats", "1.5", "from 1"],
  ["--crowd", "11", "from 1 to 10"],
  ["--followers", "0", "from 1 to 5000"],
  ["--ended", "0", "from 1 to 1000000"],
] as const) {
  test(`${option} ${value} is refused`, async () => {
    const { exitCode, stderr } = await execa(process.execPath, [main, option, value], {
      reject: false,
    });
    assert.equal(exitCode, 1);
    assert.equal(stderr, `Benchmark failed: ${option} must be a whole number ${range}: ${value}`);
  });
}

test("--only takes one part, and any other is refused", async () => {
  const { exitCode, stderr } = await execa(process.execPath, [main, "--only", "stores"], {
    reject: false,
  });
  assert.equal(exitCode, 1);
  assert.match(stderr, /^Benchmark failed: --only must be one of reviews, .*, store: stores$/);
  const { stdout } = await execa(process.execPath, [main, "--only", "known", ...small, "--json"]);
  const keys = Report.parse(JSON.parse(stdout)).rows.map(({ key }) => key);
  assert.deepEqual(keys, skip ? [] : ["host_new", "host_known", "host_known_more"]);
});

test("a goal is met up to its limit, and missed above it", () => {
  const figures = (key: RowKey, median: number, ratio: number | null = null) => ({
    key,
    median,
    ratio,
  });
  const goals = goalsOf([
    figures("ours_warm_turn_over_raw", 5),
    figures("ours_spare_beside_warm", 500, 2.1),
    figures("raw_brokered_over_raw", 2.1),
    figures("host_known_more", -1),
  ]);
  assert.deepEqual(
    goals.map(({ value, met }) => [value, met]),
    [
      [5, true],
      [2.1, false],
      [2.1, false],
      [-1, true],
    ],
  );
});

test("a report compares medians, and leaves out what was not measured", () => {
  const machine = { cpu: "any", cores: 2, memory_gb: 8, load: 0, node: "24", cli: "2", git: "2" };
  const samples = new Map<RowKey, number[]>([
    ["raw_one_shot", [400, 200]],
    ["raw_cold", [450]],
    ["raw_brokered", [90]],
  ]);
  const counts = { rounds: 2, repeats: 1, crowd: 1, followers: 1, ended: 1 };
  const report = reportOf({ machine, ...counts, samples });
  assert.deepEqual(
    report.rows.map(({ key, unit, ratio }) => [key, unit, ratio]),
    [
      ["raw_one_shot", "ms", null],
      ["raw_cold", "ms", 1.5],
      ["raw_brokered", "ms", null],
    ],
  );
  assert.deepEqual(report.goals, []);
});

test("a summary has the middle, and the value that 99 % are not above", () => {
  const samples = Array.from({ length: 200 }, (_, index) => 200 - index);
  assert.deepEqual(summarize(samples), { count: 200, min: 1, median: 100.5, p99: 198, max: 200 });
  assert.deepEqual(summarize([7]), { count: 1, min: 7, median: 7, p99: 7, max: 7 });
});
