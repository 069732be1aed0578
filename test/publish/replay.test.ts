import assert from "node:assert/strict";
import { test } from "node:test";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import { startFakeGitHub } from "../forges/github.ts";
import { startProgram } from "../host/program.ts";
import { until } from "../until.ts";
import { twice } from "./findings.ts";
import { setScene } from "./scene.ts";
import { seen } from "./seen.ts";
import { succeeded } from "./succeeded.ts";

test("a task that failed in publishing: its replay publishes, and the model is not asked again", async () => {
  await using fake = await startFakeGitHub();
  const environment = { PUBLISH_TIMEOUT: "1ms", GITHUB_WEBHOOK_SECRET: "webhook-secret" };
  await using scene = await setScene("github", fake, { environment, isStarted: false });
  let id: string;
  let sha: string;
  fake.server.trouble = ({ route }) =>
    route.includes("reviews") ? { do: "refuse", status: 403, body: { message: "No" } } : undefined;
  {
    await using program = await startProgram(scene.folder, scene.environment);
    scene.url = program.runnerUrl;
    ({ id, sha } = await scene.push({ file: "one();\ntwo();\n", findings: [twice] }));
    const { state, error } = await scene.ended(id);
    assert.deepEqual([state, error?.code], ["failed", "forge_refused"]);
    await until(() => seen(fake).some((line) => line.includes("failed")));
    await program.stop("SIGTERM");
  }
  fake.server.trouble = () => undefined;
  const folder = scene.environment.RUNNER_STATE_DIR ?? "";
  let again = "";
  {
    await using store = new SqliteStore({ folder, host: "h" });
    const replayed = await store.replay(id, { limit: 9 });
    assert(replayed?.outcome === "accepted");
    again = replayed.taskId;
  }
  await using program = await startProgram(scene.folder, scene.environment);
  scene.url = program.runnerUrl;
  await succeeded(scene, again);
  assert.equal(scene.turns(), 1);
  assert.deepEqual(seen(fake, { ONE: sha }), [
    "page: ### Review of `ONE` It pays. **1 finding: 1 high** - **high** · bug · `src/pay.ts:2`: It charges twice.",
    "src/pay.ts:2: **high** · bug It charges twice.",
  ]);
});
