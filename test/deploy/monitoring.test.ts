import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { execa } from "execa";
import { parse } from "yaml";
import * as z from "zod";
import { createMetrics } from "#runner/metrics.ts";
import { CicdError, errorCodes } from "#shared/error.ts";

const path = (name: string) => new URL(`../../deploy/${name}`, import.meta.url).pathname;
const rulesFile = path("prometheus/alerts.yml");

/** Names of all series that a runner shows, as a query has them. */
async function seriesNames(): Promise<ReadonlySet<string>> {
  const metrics = createMetrics({
    sessionsActive: () => 0,
    queue: async () => ({ depth: 0, oldestSeconds: 0 }),
    running: () => 0,
    capacity: () => 0,
    processMemory: () => 0,
    degradationLevel: () => 0,
    breakerState: () => "closed",
  });
  const { body } = await metrics.render();
  const types = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set(
    types.flatMap(([, name = "", type]) =>
      type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

/** Checks that each query names series that there are, and categories and outcomes too. */
async function assertKnown(queries: readonly string[]): Promise<void> {
  const known = await seriesNames();
  const categories = new Set<string>(errorCodes.map((code) => new CicdError(code, "").category));
  const outcomes = ["accepted", "duplicate", "full", "ignored"];
  for (const query of queries) {
    const names = query.match(/\b(?:cicd|nodejs|process)_[a-z0-9_]+/g) ?? [];
    assert(names.length > 0 || query.startsWith("up{"), query);
    for (const name of names) assert(known.has(name), `${name} in ${query}`);
    const [, category] = /category="(.*?)"/.exec(query) ?? [];
    assert(category === undefined || categories.has(category), query);
    const [, outcome] = /outcome="(.*?)"/.exec(query) ?? [];
    assert(outcome === undefined || outcomes.includes(outcome), query);
  }
}

test("alerts name metrics that a runner shows", async () => {
  const Rules = z.object({
    groups: z.array(
      z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) }),
    ),
  });
  const { groups } = Rules.parse(parse(await readFile(rulesFile, "utf8")));
  const rules = groups.flatMap((group) => group.rules);
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
  await assertKnown(rules.map(({ expr }) => expr));
});

const { exitCode } = await execa("promtool", ["--version"], { reject: false });
const skip = exitCode !== 0 && "this machine has no promtool";

test("alerts are rules that Prometheus takes", { skip }, async () => {
  const { exitCode: wrong, all } = await execa({ all: true, reject: false })("promtool", [
    ...["check", "rules"],
    rulesFile,
  ]);
  assert.equal(wrong, 0, all);
});

test("the dashboard names metrics that a runner shows, and leaves none of the product out", async () => {
  const Dashboard = z.object({
    panels: z.array(
      z.object({
        id: z.int(),
        gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
        targets: z.array(z.object({ expr: z.string() })).nonempty(),
      }),
    ),
  });
  const { panels } = Dashboard.parse(
    JSON.parse(await readFile(path("grafana/cicd-runner.json"), "utf8")),
  );
  const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  await assertKnown(queries);
  const ours = [...(await seriesNames())].filter((name) => name.startsWith("cicd_"));
  const shown = queries.join(" ");
  for (const name of ours.filter((one) => !/_(?:sum|count)$/.test(one))) {
    assert(shown.includes(name), name);
  }
});
