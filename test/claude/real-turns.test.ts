// How the pinned CLI takes feedback, interrupts and answers about its tools.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { failureOf } from "#runner/claude/failure.ts";
import type { PermissionRequest } from "#runner/claude/permission.ts";
import type { JournalEvent } from "#shared/journal.ts";
import { type Block, toolUse } from "../messages-api/blocks.ts";
import { inOrder } from "../messages-api/in-order.ts";
import { message as reply, text } from "../messages-api/reply.ts";
import { realCli } from "./start-real.ts";
import { never } from "./start-scripted.ts";

const say = (text: string) => ({ uuid: randomUUID(), text });
const quiet = { signal: never, onEvent: () => {} };
const glob = () => toolUse("Glob", { pattern: "*" });

suite("the real CLI, feedback", () => {
  test("before a tool: reaches the model in the same turn, which has one result", async () => {
    const gate = Promise.withResolvers<void>();
    await using cli = await realCli(
      inOrder(reply({ blocks: [gate.promise, glob()] }), text("as you wish")),
    );
    const process = await cli.start({ kind: "new", id: randomUUID() });
    const [first, feedback] = [say("go"), say("mind the tests")];
    const turn = process.turn(first, quiet);
    await cli.api.request(0);
    await process.say(feedback);
    // Answered in order, so the CLI has read what stands before it.
    await process.setModel("sonnet");
    gate.resolve();
    const end = await turn;
    assert(end.kind === "result");
    assert.equal(end.result.result, "as you wish");
    assert.deepEqual(end.result.user_message_uuids.toSorted(), uuidsOf(first, feedback));
    assert.match(JSON.stringify(cli.api.requests[1]?.body.messages), /mind the tests/);
    assert.equal(cli.api.requests.length, 2);
  });

  test("during the last text: is answered by itself, and the turn ends with that", async () => {
    const gate = Promise.withResolvers<void>();
    await using cli = await realCli(inOrder(text("done ", gate.promise), text("as you wish")));
    const process = await cli.start({ kind: "new", id: randomUUID() });
    const [first, feedback] = [say("go"), say("mind the tests")];
    const turn = process.turn(first, quiet);
    await cli.api.request(0);
    await process.say(feedback);
    await process.setModel("sonnet");
    gate.resolve();
    const end = await turn;
    assert(end.kind === "result" && failureOf(end.result) === undefined);
    assert.equal(end.result.result, "as you wish");
    assert.equal(end.result.num_turns, 2);
    assert.deepEqual(end.result.user_message_uuids.toSorted(), uuidsOf(first, feedback));
  });

  test("that waits at an interrupt: is dropped with the turn, and the process serves on", async () => {
    const { promise: forever } = Promise.withResolvers();
    await using cli = await realCli(inOrder(text("begun ", forever), text("next")));
    const process = await cli.start({ kind: "new", id: randomUUID() });
    const abort = new AbortController();
    const events: JournalEvent[] = [];
    const onEvent = (event: JournalEvent) => events.push(event);
    const turn = process.turn(say("go"), { signal: abort.signal, onEvent });
    await cli.api.request(0);
    await process.say(say("mind the tests"));
    await process.setModel("sonnet");
    abort.abort();
    const end = await turn;
    assert(end.kind === "stopped" && end.result?.terminal_reason === "aborted_streaming");
    assert(end.result.total_cost_usd > 0);
    assert.deepEqual(events.at(-1), { type: "turn.stopped", data: { step: "interrupt" } });
    const next = await process.turn(say("again"), quiet);
    assert(next.kind === "result" && next.result.result === "next");
    assert.doesNotMatch(JSON.stringify(cli.api.requests[1]?.body.messages), /mind the tests/);
  });
});

suite("the real CLI, tools", () => {
  const asking = [
    ...["--permission-mode", "manual"],
    ...["--permission-prompt-tool", "stdio"],
    ...["--tools", "Read,Grep,Glob,Bash"],
  ];

  /** Has the model call a tool, and gives back what was asked and what the tool answered. */
  async function call(block: (cwd: string) => Block, behavior: "allow" | "deny") {
    await using cli = await realCli((_request, count) =>
      count === 0 ? reply({ blocks: [block(cli.cwd)] }) : text("done"),
    );
    await writeFile(join(cli.cwd, "a.txt"), "inside");
    await writeFile(join(cli.cwd, "../b.txt"), "outside");
    await symlink("../b.txt", join(cli.cwd, "link.txt"));
    const process = await cli.start({ kind: "new", id: randomUUID() }, asking);
    const asked: PermissionRequest[] = [];
    const results: string[] = [];
    const end = await process.turn(say("go"), {
      signal: never,
      onEvent: ({ type, data }) => type === "tool.result" && results.push(data.text),
      onPermission: async (request) => {
        asked.push(request);
        return behavior === "allow" ? { behavior } : { behavior, message: "Not today" };
      },
    });
    assert(end.kind === "result" && failureOf(end.result) === undefined);
    return { asked: asked.map(({ tool }) => tool), answer: results.join("\n") };
  }

  test("that read in the working folder: run without a question", async () => {
    const inside: ((cwd: string) => Block)[] = [
      (cwd) => toolUse("Read", { file_path: join(cwd, "a.txt") }),
      () => toolUse("Grep", { pattern: "inside", output_mode: "content" }),
      () => toolUse("Bash", { command: "cat a.txt" }),
    ];
    for (const block of inside) {
      const { asked, answer } = await call(block, "deny");
      assert.deepEqual(asked, []);
      assert.match(answer, /inside/);
    }
  });

  test("that read elsewhere, by a link too, or do more: run as they are answered", async () => {
    const outside: ((cwd: string) => Block)[] = [
      (cwd) => toolUse("Read", { file_path: join(cwd, "../b.txt") }),
      (cwd) => toolUse("Read", { file_path: join(cwd, "link.txt") }),
      () => toolUse("Bash", { command: "touch made && cat ../b.txt" }),
    ];
    for (const block of outside) {
      const denied = await call(block, "deny");
      assert.equal(denied.asked.length, 1);
      assert.equal(denied.answer, "Not today");
      const allowed = await call(block, "allow");
      assert.deepEqual(allowed.asked, denied.asked);
      assert.match(allowed.answer, /outside/);
    }
  });

  test("that somebody is asked about at an interrupt: the question is off", async () => {
    await using cli = await realCli(
      inOrder(reply({ blocks: [toolUse("Bash", { command: "touch made" })] }), text("next")),
    );
    const process = await cli.start({ kind: "new", id: randomUUID() }, asking);
    const abort = new AbortController();
    const off = Promise.withResolvers<void>();
    const events: JournalEvent["type"][] = [];
    const end = await process.turn(say("go"), {
      signal: abort.signal,
      onEvent: ({ type }) => events.push(type),
      onPermission: (_request, signal) => {
        signal.addEventListener("abort", () => off.resolve(), { once: true });
        abort.abort();
        return new Promise(() => {});
      },
    });
    await off.promise;
    assert(end.kind === "stopped" && end.result?.terminal_reason === "aborted_tools");
    assert(!events.includes("output.unknown"));
    const next = await process.turn(say("again"), quiet);
    assert(next.kind === "result" && next.result.result === "next");
  });
});

function uuidsOf(...messages: readonly { uuid: string }[]): string[] {
  return messages.map(({ uuid }) => uuid).toSorted();
}
