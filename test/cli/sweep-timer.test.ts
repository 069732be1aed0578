import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { pino } from "pino";
import { Config } from "#cli/config.ts";
import { startEdge } from "#cli/edge-server.ts";
import { startSweeping } from "#cli/sweep-timer.ts";
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

test("a sweeper in another's place begins when that has ended, and whoever stops waits for both", async () => {
  const happened: string[] = [];
  let letEnd = () => {};
  const slow = new Promise<void>((resolve) => {
    letEnd = resolve;
  });
  const sweeper = (name: string, until: Promise<void>) => ({
    hasSources: true,
    sweep: async () => {
      happened.push(`${name} begins`);
      await until;
      happened.push(`${name} ends`);
    },
  });
  const stopFormer = startSweeping(sweeper("former", slow), 1_000_000);
  await until(() => happened.length === 1);
  const stopOther = startSweeping(sweeper("other", Promise.resolve()), 1_000_000, stopFormer());
  const stopLast = startSweeping(sweeper("last", Promise.resolve()), 1_000_000, stopOther());
  const stopped = stopLast().then(() => happened.push("stopped"));
  letEnd();
  await stopped;
  assert.deepEqual(happened, ["former begins", "former ends", "stopped"]);
});
