import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "../until.ts";
import { setScene } from "./scene.ts";

test("a disk budget that is spent: what no process uses is removed, and made again when needed", async () => {
  await using scene = await setScene({
    environment: { RUNNER_DISK_BUDGET: "1B", OBSERVABILITY_HEALTH_CHECK_INTERVAL: "100ms" },
  });
  const sent = await scene.push(1);
  await sent.first("task.succeeded");
  const other = await scene.push(2);
  await other.first("task.succeeded");
  const mirrors = join(scene.stateDir, "mirrors");
  const filesOf = (sessionId: string) =>
    readdir(join(scene.stateDir, "workspaces", sessionId, "tree"));
  // No task uses the mirror.
  await until(async () => (await readdir(mirrors)).length === 0);
  await scene.ask(`/v1/sessions/${sent.session_id}`, "DELETE");
  await until(async () => (await filesOf(sent.session_id)).length === 0);
  // The other one's process is still there.
  assert((await filesOf(other.session_id)).includes("README.md"));

  const again = await scene.push(1, { "src/b.ts": "export const b = 1;\n" });
  const { data } = await again.first("task.succeeded");
  assert(data.result.kind === "review" && data.result.since_sha !== undefined);
  assert.equal((await again.first("session.resumed")).type, "session.resumed");
});
