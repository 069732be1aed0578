import assert from "node:assert/strict";
import { test } from "node:test";
import { execa } from "execa";
import { DeadLetterList, ReplayAnswer } from "#shared/outbox.ts";
import { apiTokens } from "#test/edge/settings.ts";
import { until } from "#test/until.ts";
import { compileCache } from "../compile-cache.ts";
import { newPlace } from "./place.ts";
import { assertAllThere, send } from "./send.ts";
import { startNodeEdge } from "./start-node-edge.ts";
import { dead } from "./suite.ts";

const main = new URL("../../cli/main.ts", import.meta.url).pathname;

async function run(args: readonly string[], token: string | undefined = apiTokens.admin) {
  const env = token === undefined ? {} : { CICD_RUNNER_TOKEN: token };
  return await execa(process.execPath, [main, "outbox", ...args], {
    cwd: "/",
    env: { ...compileCache, ...env },
    extendEnv: false,
    reject: false,
    timeout: 30_000,
  });
}

test("cicd-runner outbox lists dead letters with their reason, and replays one or all", async () => {
  await using place = await newPlace();
  await using edge = await startNodeEdge(place);
  const to = ["--url", edge.url];
  assert.equal((await run(["list", ...to])).stdout, "No dead letters");

  const wrong = await place.up({ skew: 600_000 });
  const sent = [await send(edge.url, "one"), await send(edge.url, "two", { number: 8 })];
  await until(async () => (await dead(edge)).length === 2);
  const listed = JSON.parse((await run(["list", "--json", ...to])).stdout);
  assert.deepEqual(DeadLetterList.parse(listed).dead, await dead(edge));
  const { stdout } = await run(["list", ...to]);
  assert.match(stdout, /github {2}one {2}review\n {2}Cannot use runner: .*seal\n {2}.*clocks/);

  await wrong.stop("SIGKILL");
  await place.up();
  const one = await run(["replay", "one", "--json", ...to]);
  assert.deepEqual(ReplayAnswer.parse(JSON.parse(one.stdout)), { replayed: 1 });
  assert.match((await run(["replay", "--all", ...to])).stdout, /^1 on the way/);
  await until(async () => (await place.tasks()).length === 2);
  await assertAllThere(place, sent);
});

test("cicd-runner outbox says what is wrong: no token, no edge, too low a scope, no such letter", async () => {
  await using place = await newPlace();
  await using edge = await startNodeEdge(place);
  const to = ["--url", edge.url];
  const cases = [
    { done: run(["list", ...to], ""), code: 78, says: /CICD_RUNNER_TOKEN is not set/ },
    { done: run(["list", "--url", place.runnerUrl]), code: 1, says: /Cannot reach http/ },
    { done: run(["list", ...to], apiTokens.write), code: 1, says: /scope admin/ },
    { done: run(["replay", "none", ...to]), code: 1, says: /none is no dead letter/ },
    { done: run(["replay", ...to]), code: 2, says: /say which delivery, or --all/ },
    {
      done: run(["replay", "none", "--all", ...to]),
      code: 2,
      says: /say which delivery, or --all/,
    },
  ];
  for (const { done, code, says } of cases) {
    const { exitCode, stderr } = await done;
    assert.match(stderr, says);
    assert.equal(exitCode, code, stderr);
  }
});
