import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { MessageAnswer, SessionList } from "#shared/api.ts";
import type { JournalEntry, JournalType } from "#shared/journal.ts";
import { SessionDetail } from "#shared/session.ts";
import type { Runner } from "../campaign/runner.ts";
import { claudeCli } from "../claude-cli.ts";
import { textBlock, toolUse } from "../messages-api/blocks.ts";
import { inOrder } from "../messages-api/in-order.ts";
import { message, type Responder, text } from "../messages-api/reply.ts";
import { startMessagesApi } from "../messages-api/start.ts";
import { type PostgresServer, startPostgres } from "../postgres/server.ts";
import { until } from "../until.ts";
import { startFleet } from "./fleet-scene.ts";
import { review } from "./scene.ts";

const forever = new Promise<never>(() => {});

suite("the host that is asked, while another has the process", () => {
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server[Symbol.asyncDispose]());

  for (const isDraining of [false, true]) {
    test(`feedback reaches the turn that runs there${isDraining ? ", also when that drains" : ""}`, async () => {
      const gate = Promise.withResolvers<void>();
      const begun = [textBlock("I begin ", gate.promise), toolUse("Glob", { pattern: "*" })];
      await using scene = await startScene(
        server,
        inOrder(message({ blocks: begun }), text(review())),
      );
      const { sent, owner, other } = await scene.deliver("message.delta");
      if (isDraining) await scene.drain(owner);
      const said = await scene.say(other, sent.sessionId, "Mind the tests.");
      assert(said.outcome === "delivered");
      assert.equal(said.task_id, sent.taskId);
      gate.resolve();
      await sent.ended();
      assert.equal(sent.journal.at(-1)?.type, "task.succeeded");
      assert.equal(first(sent.journal, "message.received").data.message_id, said.message_id);
      assert(JSON.stringify(scene.api.requests.at(-1)?.body.messages).includes("Mind the tests."));
    });
  }

  test("a permission is given there, once", async () => {
    const making = message({ blocks: [toolUse("Bash", { command: "echo done" })] });
    await using scene = await startScene(server, inOrder(making, text(review())));
    const { sent, other } = await scene.deliver("permission.requested");
    const { request_id } = first(sent.journal, "permission.requested").data;
    const allow = async (id: string) => {
      const path = `/v1/tasks/${sent.taskId}/permissions/${id}`;
      return (await scene.fleet.askRunner(other, path, { body: { behavior: "allow" } })).status;
    };
    assert.equal(await allow("another"), 404);
    assert.equal(await allow(request_id), 200);
    assert.equal(await allow(request_id), 409);
    await sent.ended();
    assert.equal(first(sent.journal, "tool.result").data.text, "done");
    assert.equal(sent.journal.at(-1)?.type, "task.succeeded");
  });

  test("a session's process is ended there, unless a task uses it", async () => {
    const gate = Promise.withResolvers<void>();
    await using scene = await startScene(server, () => text(gate.promise, review()));
    const { sent, other } = await scene.deliver("turn.started");
    const path = `/v1/sessions/${sent.sessionId}`;
    const end = async () => (await scene.fleet.askRunner(other, path, { method: "DELETE" })).status;
    const state = async () => {
      const answer = await scene.fleet.askRunner(other, path, { method: "GET" });
      return SessionDetail.parse(await answer.json()).state;
    };
    assert.equal(await state(), "busy");
    assert.equal(await end(), 409);
    gate.resolve();
    await sent.ended();
    // The task gives the session back a moment after its end.
    await until(async () => (await end()) === 204);
    assert.equal(await state(), "hibernated");
  });

  test("sessions are listed with the processes of all hosts, and say of which", async () => {
    const gate = Promise.withResolvers<void>();
    await using scene = await startScene(server, () => text(gate.promise, review()));
    const { sent, owner, other } = await scene.deliver("turn.started");
    const listed = async () => {
      const answer = await scene.fleet.askRunner(other, "/v1/sessions", { method: "GET" });
      const { sessions } = SessionList.parse(await answer.json());
      return sessions.find(({ id }) => id === sent.sessionId) ?? assert.fail("not listed");
    };
    const { state, runner, pid, memory_bytes: memory } = await listed();
    assert.deepEqual([state, runner], ["busy", owner.name]);
    assert(pid !== null && memory !== null && memory > 1024 ** 2, `${pid}, ${memory}`);
    gate.resolve();
    await sent.ended();
    await until(async () => (await listed()).state === "ready");
    await owner.kill();
    // Until its lease has run out nobody knows; then what it had is no more.
    assert.equal((await listed()).state, "unknown");
    await until(async () => (await listed()).state === "hibernated");
  });

  test("feedback is a question when that host was killed", async () => {
    let isKilled = false;
    await using scene = await startScene(server, () =>
      isKilled ? text(review("As you wish.")) : text("I begin ", forever),
    );
    const { sent, owner, other } = await scene.deliver("message.delta");
    await owner.kill();
    isKilled = true;
    const said = await scene.say(other, sent.sessionId, "Why so?");
    assert(said.outcome === "queued");
    await sent.ended();
    await until(async () => {
      const task = await scene.fleet.ask(`/v1/tasks/${said.task_id}`);
      return /"state":"succeeded"/.test(await task.text());
    });
  });
});

/** Two hosts with the real CLI, and the model that it asks. */
async function startScene(server: PostgresServer, respond: Responder) {
  await using undo = new AsyncDisposableStack();
  const api = undo.use(await startMessagesApi({ respond, apiKey: "the-key" }));
  const settings = {
    CLAUDE_CLI_PATH: claudeCli,
    ANTHROPIC_API_KEY: "the-key",
    ANTHROPIC_BASE_URL: api.url,
    CLAUDE_TOOLS_ASK: "Bash",
    ASYNC_MIN_IDLE_SESSIONS: "0",
    ASYNC_GRACEFUL_SHUTDOWN_TIMEOUT: "60s",
  };
  const scene = undo.use(await startFleet(server, settings));
  const resources = undo.move();
  return {
    ...scene,
    api,
    /** Delivers a pull request, and waits until its task has come so far on one of the hosts. */
    deliver: async (type: JournalType) => {
      const sent = await scene.deliver(1);
      await sent.reached(type);
      const owner = scene.hostOf(sent.journal);
      return { sent, owner, other: scene.otherThan(owner) };
    },
    say: async (runner: Runner, sessionId: string, words: string) => {
      const path = `/v1/sessions/${sessionId}/messages`;
      const response = await scene.fleet.askRunner(runner, path, { body: { text: words } });
      assert.equal(response.status, 202);
      return MessageAnswer.parse(await response.json());
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function first<T extends JournalType>(
  journal: readonly JournalEntry[],
  type: T,
): Extract<JournalEntry, { type: T }> {
  const is = (entry: JournalEntry): entry is Extract<JournalEntry, { type: T }> =>
    entry.type === type;
  return journal.find(is) ?? assert.fail(`no ${type}`);
}
