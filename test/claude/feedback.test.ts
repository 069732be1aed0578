import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import type { CliProcess } from "#runner/claude/cli-process.ts";
import type { JournalEvent } from "#shared/journal.ts";
import { never, startScripted } from "./start-scripted.ts";

const message = (text = "hello") => ({ uuid: randomUUID(), text });
const quiet = { signal: never, onEvent: () => {} };

async function runWithFeedback(cli: CliProcess) {
  const turn = cli.turn(message(), quiet);
  await cli.say(message("feedback"));
  const end = await turn;
  assert(end.kind === "result");
  return end.result;
}

test("CliProcess.say: feedback that the CLI folds into the turn ends with it", async () => {
  await using cli = await startScripted("folds-feedback");
  const { result, num_turns, total_cost_usd, user_message_uuids } = await runWithFeedback(cli);
  assert.deepEqual([result, num_turns, total_cost_usd], ["one answer", 1, 0.02]);
  assert.equal(user_message_uuids.length, 2);
  assert.equal(cli.state, "ready");
});

test("CliProcess.say: feedback that the CLI answers by itself ends the turn, with the use of both", async () => {
  await using cli = await startScripted("answers-feedback");
  const { result, num_turns, total_cost_usd, usage, user_message_uuids } =
    await runWithFeedback(cli);
  assert.deepEqual([result, num_turns, total_cost_usd], ["second", 3, 0.02]);
  assert.deepEqual([usage.input_tokens, usage.output_tokens], [2, 4]);
  assert.equal(user_message_uuids.length, 2);
  assert.equal(cli.state, "ready");
});

test("CliProcess.say while no turn runs: is refused", async () => {
  await using cli = await startScripted("serve");
  const refusal = { code: "conflict" };
  await assert.rejects(cli.say(message()), {
    ...refusal,
    message: "Cannot send feedback: process is ready",
  });
  await cli.turn(message(), quiet);
  await assert.rejects(cli.say(message()), refusal);
  await cli.end();
  await assert.rejects(cli.say(message()), refusal);
});

test("CliProcess.say resolves when the pipe has taken the message, not before", async () => {
  await using cli = await startScripted("stops-reading");
  const order: string[] = [];
  const stopped = Promise.withResolvers<void>();
  const onEvent = (event: JournalEvent) => {
    if (event.type !== "output.unknown") return;
    order.push(event.data.line);
    stopped.resolve();
  };
  const turn = cli.turn(message(), { signal: never, onEvent });
  await stopped.promise;
  // Far more than the pipe holds.
  const said = cli.say(message("x".repeat(20_000_000))).then(() => order.push("said"));
  process.kill(cli.pid, "SIGUSR2");
  await said;
  assert.deepEqual(order, ['{"type":"stopped"}', '{"type":"reads on"}', "said"]);
  assert.equal((await turn).kind, "result");
});

test("CliProcess.say resolves when the process is gone before the pipe has taken it", async () => {
  await using cli = await startScripted("stops-reading");
  const stopped = Promise.withResolvers<void>();
  const turn = cli.turn(message(), { signal: never, onEvent: () => stopped.resolve() });
  const dead = assert.rejects(turn, { code: "cli_exited" });
  await stopped.promise;
  const said = cli.say(message("x".repeat(20_000_000)));
  await cli.end("SIGKILL");
  await said;
  await dead;
});

test("CliProcess.setModel: the CLI's refusal is handed on, and the process serves on", async () => {
  await using cli = await startScripted("refuses-model");
  await assert.rejects(cli.setModel("gpt"), {
    code: "cli_protocol",
    message: "CLI refused a request: no gpt here",
  });
  assert.equal((await cli.turn(message(), quiet)).kind, "result");
});

test("CliProcess.setModel: a CLI that does not answer is waited for within the patience", async () => {
  await using cli = await startScripted("stubborn", { patience: 50 });
  await assert.rejects(cli.setModel("opus"), { code: "cli_protocol", message: /within 50 ms$/ });
});

test("CliProcess.setModel of a process that is gone: says so", async () => {
  await using cli = await startScripted("serve");
  await cli.setModel("opus");
  await cli.end();
  await assert.rejects(cli.setModel("opus"), { code: "cli_exited" });
});
