import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { JournalEntry, JournalType } from "#shared/journal.ts";
import { textBlock, toolUse } from "../messages-api/blocks.ts";
import { inOrder } from "../messages-api/in-order.ts";
import { message, text } from "../messages-api/reply.ts";
import { review, setScene } from "./scene.ts";

const forever = new Promise<never>(() => {});
const count = (journal: readonly JournalEntry[], type: JournalType) =>
  journal.filter((entry) => entry.type === type).length;

test("feedback: reaches the model in the turn that runs; a question after it is the next turn", async () => {
  const gate = Promise.withResolvers<void>();
  await using scene = await setScene({
    respond: (request, index) => {
      const blocks = [textBlock("I begin "), gate.promise, toolUse("Glob", { pattern: "*" })];
      if (index === 0) return message({ blocks });
      return text(
        JSON.stringify(request.body).includes("Why so?") ? "So." : review("As you wish."),
      );
    },
  });
  const sent = await scene.push(1);
  const { data: first } = await sent.first("session.ready");
  await sent.first("message.delta");
  const feedback = await scene.say(sent, "/clear Mind the tests.");
  assert.deepEqual([feedback.outcome, feedback.task_id], ["delivered", sent.task_id]);
  gate.resolve();
  const journal = await feedback.journal();
  const types = journal.map(({ type }) => type);
  assert.equal(types.at(-1), "task.succeeded");
  assert.deepEqual([count(journal, "turn.started"), count(journal, "turn.completed")], [1, 1]);
  const received = await sent.first("message.received");
  assert.equal(received.data.text, "/clear Mind the tests.");
  assert(received.seq > types.indexOf("turn.started") + 1);
  assert(received.seq < types.indexOf("turn.completed") + 1);
  const inTurn = JSON.stringify(scene.api.requests.slice(1).map(({ body }) => body.messages));
  assert(inTurn.includes("/clear Mind the tests."));

  const question = await scene.say(sent, "Why so?");
  assert.equal(question.outcome, "queued");
  const { data } = await question.first("task.succeeded");
  assert(data.result.kind === "answer");
  assert.deepEqual([data.result.text, data.result.timing?.start], ["So.", "warm"]);
  assert.equal((await question.first("session.ready")).data.pid, first.pid);
  const task = await question.task();
  assert.deepEqual([task.kind, task.message, task.result], ["ask", "Why so?", data.result]);
  assert.equal(task.session_id, sent.session_id);
  assert.equal(new Set(scene.api.requests.map(({ sessionId }) => sessionId)).size, 1);
});

test("a question while the pull request has no process: its conversation goes on", async () => {
  await using scene = await setScene({ respond: inOrder(text(review("First.")), text("So.")) });
  const sent = await scene.push(1);
  await sent.first("task.succeeded");
  await scene.ask(`/v1/sessions/${sent.session_id}`, "DELETE");
  const question = await scene.say(sent, "Why so?");
  const { data } = await question.first("task.succeeded");
  assert(data.result.kind === "answer" && data.result.timing?.start === "resumed");
  const said = JSON.stringify(scene.api.requests[1]?.body.messages);
  for (const part of ["First.", "Why so?"]) assert(said.includes(part), part);
});

test("feedback, and kill -9 of the runner before the model heard it: it hears it all the same", async () => {
  await using scene = await setScene({
    respond: (_request, index) =>
      index === 0 ? text("I begin ", forever) : text(review("Heard.")),
  });
  const sent = await scene.push(1);
  await sent.first("message.delta");
  await scene.say(sent, "Mind the tests.");
  await sent.first("message.received");
  await scene.program.stop("SIGKILL");
  await scene.restart();
  const journal = await sent.journal();
  assert.equal(journal.at(-1)?.type, "task.succeeded");
  assert.equal(count(journal, "message.received"), 1);
  const heard = scene.api.requests.slice(1).map(({ body }) => JSON.stringify(body.messages));
  assert(heard.some((said) => said.includes("Mind the tests.")));
});

test("feedback, and a push before the model heard it: it is heard in the review of the push", async () => {
  await using scene = await setScene({
    respond: (_request, index) =>
      index === 0 ? text("I begin ", forever) : text(review("Heard.")),
  });
  const first = await scene.push(1);
  await first.first("message.delta");
  await scene.say(first, "Mind the tests.");
  await scene.say(first, "And the docs.");
  const second = await scene.push(1, { "b.ts": "export {};\n" });
  await second.first("task.succeeded");
  assert.equal((await first.task()).state, "superseded");
  const heard = JSON.stringify(scene.api.requests.slice(1).map(({ body }) => body.messages));
  assert.match(heard, /Mind the tests\..*And the docs\./);
});

const making = message({ blocks: [toolUse("Bash", { command: "echo done > made && cat made" })] });

test("a permission: asked, allowed by the API once, and the tool runs", async () => {
  await using scene = await setScene({
    respond: inOrder(making, text(review())),
    environment: { CLAUDE_TOOLS_ASK: "Bash" },
  });
  const sent = await scene.push(1);
  const { data, time } = await sent.first("permission.requested");
  assert.deepEqual([data.tool, data.input.command], ["Bash", "echo done > made && cat made"]);
  assert(Math.abs(Date.parse(data.expires_at) - Date.parse(time) - 60_000) < 5000);
  const path = (id: string) => `/v1/tasks/${sent.task_id}/permissions/${id}`;
  const allow = { behavior: "allow" };
  assert.equal((await scene.ask(path("another"), "POST", allow)).status, 404);
  const answer = await scene.ask(path(data.request_id), "POST", allow);
  assert.equal(answer.status, 200);
  assert.equal((await scene.ask(path(data.request_id), "POST", allow)).status, 409);
  const { data: result } = await sent.first("tool.result");
  assert.deepEqual(result.is_error, false);
  assert.match(result.text, /done/);
  await sent.first("task.succeeded");
  const { data: resolved } = await sent.first("permission.resolved");
  const { request_id } = data;
  assert.deepEqual(resolved, { request_id, behavior: "allow", by: "api", message: null });
});

test("a permission that nobody answers: denied in time; reading elsewhere asks nobody", async () => {
  const outside = toolUse("Read", { file_path: "/etc/passwd" });
  await using scene = await setScene({
    respond: inOrder(message({ blocks: [outside] }), making, text(review())),
    environment: { CLAUDE_TOOLS_ASK: "Bash", CLAUDE_PERMISSION_TIMEOUT: "100ms" },
  });
  const sent = await scene.push(1);
  const journal = await sent.journal();
  assert.equal(journal.at(-1)?.type, "task.succeeded");
  const results = journal.flatMap((entry) => (entry.type === "tool.result" ? [entry.data] : []));
  assert.deepEqual(
    results.map(({ is_error, text }) => [is_error, text]),
    [
      [true, "This runner allows no more than its list of tools"],
      [true, "Nobody answered in time"],
    ],
  );
  assert.equal(count(journal, "permission.requested"), 1);
  const { data } = await sent.first("permission.resolved");
  assert.deepEqual([data.behavior, data.by], ["deny", "timeout"]);
  const folder = join(scene.stateDir, "workspaces");
  const paths = await readdir(folder, { recursive: true });
  assert(!paths.some((path) => path.endsWith("/made")));
});
