import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Claim } from "#runner/store/store.ts";
import { seal, sealHeader } from "#shared/seal.ts";
import { eventStream, messages } from "./event-stream.ts";
import { secrets, startRunner, type TestRunner } from "./start-runner.ts";
import { startTask } from "./start-task.ts";

const entryBytes = 32 * 1024;
/** 40 MiB: far more than the sockets of both ends hold. */
const entries = 1280;

async function writeMuch({ store }: TestRunner, claim: Claim): Promise<void> {
  const text = "x".repeat(entryBytes);
  for (let n = 0; n < entries; n += 16) {
    await store.append(claim, Array(16).fill({ type: "message.delta", data: { text } }));
  }
  await store.finish(claim, { state: "cancelled", reason: "test" });
}

/** A client that asks for a stream and never reads. */
async function stuckClient(runner: TestRunner, path: string): Promise<Socket> {
  const value = seal(secrets[0], { method: "GET", path, body: new Uint8Array() }, Date.now());
  const socket = connect(runner.port, "127.0.0.1");
  socket.pause();
  await once(socket, "connect");
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n${sealHeader}: ${value}\r\n\r\n`);
  await runner.clients.until(1);
  return socket;
}

test("taskEvents holds little for a stuck client, and does not slow another", async () => {
  await using runner = await startRunner();
  const claim = await startTask(runner);
  const socket = await stuckClient(runner, claim.path);
  const before = await memory();
  const writing = writeMuch(runner, claim);
  let read = 0;
  for await (const _ of messages(await runner.send(claim.path))) read += 1;
  await writing;
  assert.equal(read, entries + 3);
  assert.equal(runner.clients.value, 1);
  const held = (await memory()) - before;
  // A page of 64 entries, as the writer's text, as rows and as events.
  assert(held < 16 * 1024 ** 2, `stuck client holds ${held} bytes`);
  socket.destroy();
  await runner.store.watches.until(0);
});

test("taskEvents drops a client that takes nothing for the write timeout", async () => {
  await using runner = await startRunner({ heartbeatMs: 50, writeTimeoutMs: 200 });
  const claim = await startTask(runner);
  const socket = await stuckClient(runner, claim.path);
  await writeMuch(runner, claim);
  await runner.clients.until(0);
  assert.equal(runner.store.watches.value, 0);
  assert.deepEqual(runner.errors, []);
  socket.destroy();
});

test("taskEvents keeps a client that reads, however long its task is silent", async () => {
  // A busy machine may stop this program for a while; when that lasts until the write timeout, the
  // socket's timer can be due before the heartbeat is written.
  await using runner = await startRunner({ heartbeatMs: 30, writeTimeoutMs: 1000 });
  const claim = await startTask(runner);
  let beats = 0;
  for await (const item of eventStream(await runner.send(claim.path))) {
    if (item.kind === "comment") beats += 1;
    // Almost twice the write timeout.
    if (beats === 60) await runner.store.finish(claim, { state: "cancelled", reason: "test" });
  }
  assert(beats >= 60);
});

setFlagsFromString("--expose-gc");
const collectGarbage: unknown = runInNewContext("gc");

/** Bytes that are still in use after a collection. */
async function memory(): Promise<number> {
  assert(typeof collectGarbage === "function");
  // What buffers held is freed beside the program: the second collection waits for the first.
  for (let round = 0; round < 2; round += 1) {
    collectGarbage();
    await setImmediate();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
