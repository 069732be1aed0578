import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { endOrphans } from "#runner/claude/orphans.ts";
import { apiError } from "../messages-api/api-error.ts";
import { inOrder } from "../messages-api/in-order.ts";
import { text } from "../messages-api/reply.ts";
import { until } from "../until.ts";
import { review, setScene } from "./scene.ts";

const forever = new Promise<never>(() => {});
const seqs = (entries: readonly { seq: number }[]) => entries.map(({ seq }) => seq);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test("two pushes of one pull request: one process, one conversation, the new diff in it", async () => {
  await using scene = await setScene({
    respond: inOrder(text(review("First.")), text(review("Second."))),
  });
  const first = await scene.push(1, { "src/a.ts": "export const one = 1;\n" });
  const cold = await first.first("session.ready");
  await first.first("task.succeeded");
  const second = await scene.push(1, { "src/a.ts": "export const two = 2;\n" });
  const warm = await second.first("session.ready");
  assert.equal(warm.data.pid, cold.data.pid);
  assert.deepEqual([cold.data.start, warm.data.start], ["cold", "warm"]);
  assert.equal(second.session_id, first.session_id);
  const { data } = await second.first("task.succeeded");
  assert(data.result.kind === "review");
  assert.equal(data.result.review.summary, "Second.");
  assert.equal(data.result.head_sha, second.headSha);
  assert(data.result.usage.output_tokens > 0 && data.result.usage.cost_usd > 0);
  const said = JSON.stringify(scene.api.requests[1]?.body.messages);
  for (const part of ["const one = 1", "First.", "const two = 2", second.headSha]) {
    assert(said.includes(part), part);
  }
  assert.equal((await second.task()).state, "succeeded");
});

test("two pull requests: their turns run at once", async () => {
  const gate = Promise.withResolvers<void>();
  await using scene = await setScene({ respond: () => text(gate.promise, review()) });
  const sent = await Promise.all([scene.push(1), scene.push(2)]);
  await Promise.all([scene.api.request(0), scene.api.request(1)]);
  const ids = scene.api.requests.map(({ sessionId }) => sessionId);
  assert.notEqual(ids[0], ids[1]);
  gate.resolve();
  for (const one of sent) await one.first("task.succeeded");
});

test("cancel: interrupts a streaming turn, and the same process serves the next task", async () => {
  await using scene = await setScene({
    respond: inOrder(text("I begin ", forever), text(review("Next."))),
  });
  const first = await scene.push(1);
  const { data: before } = await first.first("session.ready");
  await first.first("message.delta");
  const answer = await scene.ask(`/v1/tasks/${first.task_id}/cancel`, "POST");
  assert.deepEqual([answer.status, await answer.json()], [200, { outcome: "signalled" }]);
  await first.first("task.cancelled");
  await scene.api.requests[0]?.aborted;
  const second = await scene.push(1);
  assert.equal((await second.first("session.ready")).data.pid, before.pid);
  await second.first("task.succeeded");
});

test("a new push: interrupts the running review and goes on in the same conversation", async () => {
  await using scene = await setScene({
    respond: inOrder(text("I begin ", forever), text(review("Of the new one."))),
  });
  const first = await scene.push(1);
  await first.first("message.delta");
  const second = await scene.push(1);
  assert.equal((await first.first("task.superseded")).data.by, second.task_id);
  await second.first("task.succeeded");
  assert.equal(scene.api.requests[0]?.sessionId, scene.api.requests[1]?.sessionId);
});

test("kill -9 of the CLI in a turn: another process resumes and finishes", async () => {
  await using scene = await setScene({
    respond: inOrder(text(review("First.")), text("I begin ", forever), text(review("Second."))),
  });
  await (await scene.push(1)).first("task.succeeded");
  const second = await scene.push(1);
  const { data } = await second.first("session.ready");
  await second.first("message.delta");
  process.kill(data.pid ?? 0, "SIGKILL");
  const journal = await second.journal();
  assert.equal(journal.at(-1)?.type, "task.succeeded");
  assert(journal.some(({ type }) => type === "session.resumed"));
  assert.deepEqual(seqs(journal), upTo(journal.length));
  assert(JSON.stringify(scene.api.requests[2]?.body.messages).includes("First."));
});

test("kill -9 of the runner in a turn: restarted, it finishes the task once", async () => {
  await using scene = await setScene({
    respond: inOrder(text(review("First.")), text("I begin ", forever), text(review("Second."))),
  });
  await (await scene.push(1)).first("task.succeeded");
  const second = await scene.push(1);
  await second.first("message.delta");
  await scene.program.stop("SIGKILL");
  await scene.restart();
  const journal = await second.journal();
  const types = journal.map(({ type }) => type);
  assert.equal(types.at(-1), "task.succeeded");
  assert.equal(types.filter((type) => type === "task.succeeded").length, 1);
  assert(types.includes("session.resumed"));
  assert.deepEqual(seqs(journal), upTo(journal.length));
  assert.equal((await second.task()).state, "succeeded");
});

test("SSE: a client that comes back with Last-Event-ID sees every number once", async () => {
  const gate = Promise.withResolvers<void>();
  await using scene = await setScene({
    respond: () => text("one ", "two ", gate.promise, review()),
  });
  const sent = await scene.push(1);
  const seen: number[] = [];
  for (let connections = 0; seen.length < 8; connections += 1) {
    // Each connection takes one more entry than the one before, then leaves.
    let left = connections + 1;
    for await (const { seq } of sent.follow(seen.at(-1))) {
      seen.push(seq);
      left -= 1;
      if (left === 0) break;
    }
  }
  gate.resolve();
  for await (const { seq } of sent.follow(seen.at(-1))) seen.push(seq);
  assert.deepEqual(seen, upTo(seen.length));
  assert.equal(seen.length, (await sent.journal()).length);
});

test("SIGTERM: interrupts what does not end in time, leaves no process, loses no task", async () => {
  await using scene = await setScene({
    respond: inOrder(text("I begin ", forever), text(review("Later."))),
    environment: { ASYNC_GRACEFUL_SHUTDOWN_TIMEOUT: "100ms" },
  });
  const sent = await scene.push(1);
  await sent.first("message.delta");
  assert.equal(await scene.program.stop("SIGTERM"), 0);
  assert.equal(await endOrphans(scene.stateDir), 0);
  await scene.restart();
  const { data } = await sent.first("task.succeeded");
  assert(data.result.kind === "review" && data.result.review.summary === "Later.");
});

test("SIGTERM: a turn that ends in time is let end", async () => {
  const gate = Promise.withResolvers<void>();
  await using scene = await setScene({ respond: () => text("I begin ", gate.promise, review()) });
  const sent = await scene.push(1);
  await sent.first("message.delta");
  const journal = sent.journal();
  const stopped = scene.program.stop("SIGTERM");
  await until(async () => !(await fetch(`${scene.program.runnerUrl}/health/ready`)).ok);
  gate.resolve();
  assert.equal((await journal).at(-1)?.type, "task.succeeded");
  assert.equal(await stopped, 0);
});

test("closing a pull request: its process, conversation and checkout are gone", async () => {
  await using scene = await setScene();
  const first = await scene.push(1);
  const { data } = await first.first("session.ready");
  await first.first("task.succeeded");
  await (await scene.close(1)).first("task.succeeded");
  assert.throws(() => process.kill(data.pid ?? 0, 0), { code: "ESRCH" });
  await assert.rejects(stat(join(scene.stateDir, "workspaces", first.session_id)));
  const again = await scene.push(1);
  assert.equal((await again.first("session.ready")).data.start, "cold");
});

test("an answer that does not parse: asked for once more, then the task fails visibly", async () => {
  await using scene = await setScene({
    respond: (_request, count) => text(["No JSON.", review("Repaired."), "{}", "{}"][count] ?? ""),
  });
  const repaired = await (await scene.push(1)).first("task.succeeded");
  assert(repaired.data.result.kind === "review");
  assert.equal(repaired.data.result.review.summary, "Repaired.");
  const failed = await scene.push(1);
  const { data } = await failed.first("task.failed");
  assert.equal(data.error.code, "review_unparsable");
  assert.match(data.error.message, /summary/);
  assert.equal((await failed.task()).state, "failed");
});

test("what an operator has to mend: the task fails with what to do", async () => {
  await using scene = await setScene({ respond: () => apiError(403) });
  const refused = await (await scene.push(1)).first("task.failed");
  assert.equal(refused.data.error.code, "model_refused_key");
  assert.match(refused.data.error.hint ?? "", /ANTHROPIC_API_KEY/);
  await scene.program.stop("SIGTERM");
  await scene.restart({ CLAUDE_CLI_PATH: "/no/such/cli" });
  const missing = await (await scene.push(2)).first("task.failed");
  assert.equal(missing.data.error.code, "cli_missing");
  assert.match(missing.data.error.hint ?? "", /CLAUDE_CLI_PATH/);
  await scene.program.stop("SIGTERM");
  await scene.restart({ RUNNER_CLONE_PROTOCOLS: "https" });
  const protocol = await (await scene.push(3)).first("task.failed");
  assert.equal(protocol.data.error.code, "repository_refused");
  assert.match(protocol.data.error.hint ?? "", /clone_protocols/);
});

test("an overloaded model: the task is tried again, and the journal says so", async () => {
  await using scene = await setScene({
    respond: inOrder(apiError(429, { headers: { "retry-after": "3600" } }), text(review())),
    environment: { ASYNC_RETRY_INITIAL_DELAY: "10ms" },
  });
  const journal = await (await scene.push(1)).journal();
  const retrying = journal.find((entry) => entry.type === "task.retrying");
  assert.equal(retrying?.data.error.code, "model_overloaded");
  assert.equal(journal.at(-1)?.type, "task.succeeded");
});

test("a runner with a store that another one uses: refused with exit code 78", async () => {
  await using scene = await setScene();
  await assert.rejects(scene.restart(), /in use/);
});
