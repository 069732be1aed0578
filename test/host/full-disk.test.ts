import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Health } from "#shared/api.ts";
import { Problem } from "#shared/problem.ts";
import { seal, sealHeader } from "#shared/seal.ts";
import { isTerminal, Task } from "#shared/task.ts";
import { type Program, startProgram } from "../soak/program.ts";
import { handOff } from "../store/hand-off.ts";
import { tempFolder } from "../temp-folder.ts";
import { until } from "../until.ts";

const secret = "runner-secret-of-the-test";

async function ask({ url }: Program, path: string, work?: object): Promise<Response> {
  const method = work === undefined ? "GET" : "POST";
  const body = new TextEncoder().encode(work === undefined ? "" : JSON.stringify(work));
  const headers = {
    "content-type": "application/json",
    [sealHeader]: seal(secret, { method, path, body }, Date.now()),
  };
  return await fetch(url + path, { method, headers, ...(work !== undefined && { body }) });
}

test("a runner whose disk is full refuses with 503, is unhealthy, and loses nothing that it took", async () => {
  await using folder = await tempFolder();
  await using undo = new AsyncDisposableStack();
  const start = async (limits = {}) => {
    const settings = {
      RUNNER_PORT: "0",
      RUNNER_SECRET: secret,
      RUNNER_STATE_DIR: join(folder.path, "state"),
      // None is needed: no clone URL of these deliveries is allowed.
      RUNNER_CLONE_PROTOCOLS: "file",
      ASYNC_MIN_IDLE_SESSIONS: "0",
      ASYNC_QUEUE_SIZE: "100000",
      CLAUDE_CLI_PATH: "/bin/false",
      LOG_LEVEL: "info",
    };
    const program = await startProgram("runner", folder.path, settings, limits);
    undo.defer(async () => void (await program.stop("SIGKILL")));
    return program;
  };
  const full = await start({ fileSize: 512 });
  const taken: string[] = [];
  for (let number = 1; ; number += 1) {
    const work = handOff(number);
    const response = await ask(full, "/v1/events", work);
    if (response.status !== 202) {
      const problem = Problem.parse(await response.json());
      assert.deepEqual([response.status, problem.code], [503, "store_unavailable"]);
      break;
    }
    taken.push(work.task_id);
    assert.ok(number < 5000, "the disk is never full");
  }
  assert.ok(taken.length > 0);
  await until(async () => (await ask(full, "/health")).status === 503);
  assert.equal(Health.parse(await (await ask(full, "/health")).json()).status, "unhealthy");
  assert.equal((await ask(full, "/health/ready")).status, 503);
  await full.stop("SIGKILL");

  const roomy = await start();
  for (const id of taken) {
    await until(async () => {
      const task = Task.parse(await (await ask(roomy, `/v1/tasks/${id}`)).json());
      return isTerminal(task.state);
    });
  }
  assert.equal((await ask(roomy, "/health/ready")).status, 200);
});
