import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { pino } from "pino";
import { Config } from "#cli/config.ts";
import { startEdge } from "#cli/edge-server.ts";
import { readConfig } from "#shared/config.ts";
import { setScene } from "#test/edge/sweep/scene.ts";
import { stands } from "#test/edge/sweep/stands.ts";
import { until } from "#test/until.ts";

test("the edge on Node asks for missed deliveries at its start and again after a while, until it stops", async () => {
  const [stand] = stands;
  assert(stand);
  await using scene = await setScene(
    stand,
    async (environment) => {
      const config = readConfig(Config, {}, { ...environment, PORT: "0" });
      const edge = await startEdge({ config, log: pino({ level: "silent" }) });
      const sweep = async () => {};
      return { url: edge.url, sweep, [Symbol.asyncDispose]: () => edge.close(0) };
    },
    { environment: { SWEEP_INTERVAL: "1s" } },
  );
  for (const owner of [randomUUID(), randomUUID()]) {
    scene.tries({ owner });
    await until(async () => (await scene.tasks(owner)).length === 1);
  }
});
