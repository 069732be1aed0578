import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { JournalEntry } from "#shared/journal.ts";
import { claudeCli } from "../claude-cli.ts";
import { text } from "../messages-api/reply.ts";
import { startMessagesApi } from "../messages-api/start.ts";
import { type PostgresServer, startPostgres } from "../postgres/server.ts";
import { tempFolder } from "../temp-folder.ts";
import { startFleet } from "./fleet-scene.ts";
import { review } from "./scene.ts";

suite("a session whose host is gone, where hosts share their conversations", () => {
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server[Symbol.asyncDispose]());

  test("another host goes on with the conversation, and so does the first when it is back", async () => {
    await using scene = await startScene(server);
    const first = await scene.reviewed();
    const owner = scene.hostOf(first);
    assert.equal((await readdir(scene.shared)).length, 1);
    await owner.kill();
    const second = await scene.reviewed();
    const other = scene.hostOf(second);
    assert.notEqual(other, owner);
    assert(typesOf(second).includes("session.resumed"));
    assert.deepEqual(scene.spoken(), ["Review 1.", "Review 2."]);
    assert.equal((await readdir(scene.shared)).length, 1);

    await owner.start();
    await other.kill();
    const third = await scene.reviewed();
    assert.equal(scene.hostOf(third), owner);
    assert(typesOf(third).includes("session.resumed"));
    assert.deepEqual(scene.spoken(), ["Review 1.", "Review 2.", "Review 3."]);
    await other.start();
  });

  test("a copy that is gone: the conversation begins anew", async () => {
    await using scene = await startScene(server);
    const owner = scene.hostOf(await scene.reviewed());
    for (const name of await readdir(scene.shared)) await rm(join(scene.shared, name));
    await owner.kill();
    const second = await scene.reviewed();
    assert(!typesOf(second).includes("session.resumed"));
    assert.deepEqual(scene.spoken(), ["Review 2."]);
    await owner.start();
  });
});

function typesOf(journal: readonly JournalEntry[]): string[] {
  return journal.map(({ type }) => type);
}

/** Two hosts with the real CLI and a folder that both have, and a model that counts its answers. */
async function startScene(server: PostgresServer) {
  await using undo = new AsyncDisposableStack();
  let count = 0;
  const respond = () => {
    count += 1;
    return text(review(`Review ${count}.`));
  };
  const api = undo.use(await startMessagesApi({ respond, apiKey: "the-key" }));
  const shared = undo.use(await tempFolder()).path;
  const settings = {
    CLAUDE_CLI_PATH: claudeCli,
    ANTHROPIC_API_KEY: "the-key",
    ANTHROPIC_BASE_URL: api.url,
    RUNNER_TRANSCRIPTS_DIR: shared,
  };
  const scene = undo.use(await startFleet(server, settings));
  const resources = undo.move();
  return {
    ...scene,
    shared,
    /** Pushes, and waits until that is reviewed. */
    reviewed: async () => {
      const sent = await scene.deliver(1);
      await sent.ended();
      assert.equal(sent.journal.at(-1)?.type, "task.succeeded");
      return sent.journal;
    },
    /** The reviews that the conversation of the last request holds, with the answer to it. */
    spoken: () => {
      const messages = JSON.stringify(api.requests.at(-1)?.body.messages ?? []);
      const earlier = messages.match(/"role":"assistant".*?Review \d\./g) ?? [];
      return [...earlier.map((one) => one.slice(-9)), `Review ${count}.`];
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
