import assert from "node:assert/strict";
import { test } from "node:test";
import { execa } from "execa";
import * as z from "zod";
import { compileCache } from "../compile-cache.ts";
import { secrets, startRunner } from "../runner-http/start-runner.ts";
import { accepted, claimed, trouble } from "../store/drive.ts";
import { handOff } from "../store/hand-off.ts";

const main = new URL("../../cli/main.ts", import.meta.url).pathname;

/** A runner with one task that failed, and the program beside it. */
async function startScene() {
  let drains = 0;
  const runner = await startRunner({
    drain: async () => {
      drains += 1;
    },
  });
  const id = await accepted(runner.store, handOff(7));
  await runner.store.finish(await claimed(runner.store), { state: "failed", error: trouble });
  return {
    id,
    store: runner.store,
    drains: () => drains,
    run: async (...args: readonly string[]) => {
      const { exitCode, stdout, stderr } = await execa(process.execPath, [main, ...args], {
        cwd: "/",
        extendEnv: false,
        env: {
          ...compileCache,
          RUNNER_SECRET: secrets[0],
          RUNNER_URL: `http://127.0.0.1:${runner.port}`,
          RUNNER_PORT: String(runner.port),
        },
        reject: false,
        timeout: 20_000,
      });
      return { exitCode, stdout, stderr };
    },
    [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
  };
}

test("cicd-runner dead-letters and replay: for people, and as data", async () => {
  await using scene = await startScene();
  const listed = await scene.run("dead-letters");
  assert.equal(listed.exitCode, 0);
  for (const part of [scene.id, "#7", "internal: Broke"])
    assert(listed.stdout.includes(part), part);
  const { stdout } = await scene.run("replay", scene.id, "--json");
  const { task_id } = z.object({ task_id: z.uuid() }).parse(JSON.parse(stdout));
  assert.equal((await scene.store.task(task_id))?.state, "queued");
  const rest = z.object({ tasks: z.tuple([]) });
  rest.parse(JSON.parse((await scene.run("dead-letters", "--json")).stdout));
});

test("cicd-runner replay: by the id of the delivery, of whichever forge it is", async () => {
  await using scene = await startScene();
  const ofGitLab = handOff(8, { delivery: "gl-8", forge: "gitlab" });
  const id = await accepted(scene.store, ofGitLab);
  await scene.store.finish(await claimed(scene.store), { state: "failed", error: trouble });
  for (const how of [/^Task (\S+) is queued$/, /^Task (\S+) was queued before/]) {
    const { exitCode, stdout, stderr } = await scene.run("replay", "gl-8");
    assert.equal(exitCode, 0, stderr);
    const [, replayed = ""] = how.exec(stdout) ?? assert.fail(stdout);
    assert.notEqual(replayed, id);
    assert.equal((await scene.store.task(replayed))?.state, "queued");
  }
});

test("cicd-runner replay --all: those that pass the filter", async () => {
  await using scene = await startScene();
  assert.equal(
    (await scene.run("replay", "--all", "--code", "cli_exited")).stdout,
    "No dead letters",
  );
  assert.match((await scene.run("replay", "--all")).stdout, new RegExp(`^${scene.id} -> `));
});

test("cicd-runner dead-letters: text of others can't move the cursor", async () => {
  await using scene = await startScene();
  await accepted(scene.store, handOff(8));
  const error = { ...trouble, message: "Broke\u{1b}[2J" };
  await scene.store.finish(await claimed(scene.store), { state: "failed", error });
  assert.match((await scene.run("dead-letters")).stdout, /#8 {2}internal: Broke\u{fffd}\[2J$/mu);
});

test("cicd-runner dead-letters: a filter that is none is a mistake", async () => {
  await using scene = await startScene();
  for (const [name, value, says] of [
    ["--code", "cli_mising", /Did you mean cli_missing/],
    ["--repository", "shop", /like mona\/shop/],
    ["--since", "yesterday", /like 2026/],
    ["--limit", "many", /from 1 to 500/],
  ] as const) {
    const { exitCode, stderr } = await scene.run("dead-letters", name, value);
    assert.equal(exitCode, 2);
    assert.match(stderr, says);
  }
  assert.equal((await scene.run("dead-letters", "--limit", "1")).exitCode, 0);
});

test("cicd-runner replay: neither an id nor --all, or both, is a mistake", async () => {
  await using scene = await startScene();
  for (const args of [["replay"], ["replay", scene.id, "--all"]]) {
    const { exitCode, stderr } = await scene.run(...args);
    assert.equal(exitCode, 2);
    assert.match(stderr, /--all/);
  }
});

test("cicd-runner shows what the runner refuses, or that it is not there, and exits 1", async () => {
  await using scene = await startScene();
  const unknown = await scene.run("replay", "01890a5d-ac96-774b-bcce-b302099a8057");
  assert.equal(unknown.exitCode, 1);
  assert.match(unknown.stderr, /Cannot find task or delivery: 01890a5d.*\n.*outbox list/);
  const away = await scene.run("drain", "--runner", "http://127.0.0.1:1");
  assert.equal(away.exitCode, 1);
  assert.match(away.stderr, /Cannot reach runner at http:\/\/127\.0\.0\.1:1: .*\n.*URL right/);
  const nowhere = await scene.run("drain", "--runner", "nonsense");
  assert.equal(nowhere.exitCode, 2);
  assert.match(nowhere.stderr, /Must be a URL/);
});

test("cicd-runner drain: the runner of this configuration is drained", async () => {
  await using scene = await startScene();
  const { exitCode, stdout } = await scene.run("drain", "--wait");
  assert.equal(exitCode, 0);
  assert.match(stdout, /is draining: 0 tasks run there/);
  assert.equal(scene.drains(), 1);
});
