import type { ServerResponse } from "node:http";
import { unlessAborted } from "#shared/unless-aborted.ts";
import { type ErrorReply, errorBody } from "./api-error.ts";
import { openEventStream, writeEvent } from "./event-stream.ts";
import { type MessageHead, messageObject } from "./message-object.ts";
import { pause } from "./pause.ts";
import { type CutReply, type MessageReply, type Reply, text } from "./reply.ts";
import { sendError, sendJson } from "./send-json.ts";
import { type WireStep, wireSteps } from "./wire-events.ts";
import { wireId } from "./wire-id.ts";

/** Where a reply goes. */
export interface Destination extends MessageHead {
  readonly response: ServerResponse;
  /** Whether the request asked for a stream. */
  readonly stream: boolean;
  /** Aborts when the client hangs up. */
  readonly signal: AbortSignal;
}

/** Sends a reply to its end; throws when the client hangs up before. */
export async function sendReply(reply: Reply, to: Destination): Promise<void> {
  switch (reply.kind) {
    case "message":
      return await sendMessage(reply, to);
    case "error":
      return await sendApiError(reply, to);
    case "cut":
      return await sendCut(reply, to);
  }
}

async function sendMessage(reply: MessageReply, to: Destination): Promise<void> {
  await pause(reply.latencyMs, to.signal);
  const steps = wireSteps(reply, to);
  if (to.stream) {
    openEventStream(to.response, wireId("req"));
    await sendSteps(steps, to, reply.chunkDelayMs);
    to.response.end();
    return;
  }
  for (const step of steps) {
    if (step instanceof Promise) await unlessAborted(step, to.signal);
  }
  sendJson(to.response, messageObject(reply, to));
}

async function sendApiError(error: ErrorReply, to: Destination): Promise<void> {
  await pause(error.latencyMs, to.signal);
  if (!error.inStream || !to.stream) return sendError(to.response, error);
  const requestId = wireId("req");
  openEventStream(to.response, requestId);
  await sendSteps(upTo("message_start", wireSteps(text(""), to)), to);
  await writeEvent(to.response, errorBody(error, requestId), to.signal);
  to.response.end();
}

async function sendCut({ after, how, text: partial }: CutReply, to: Destination): Promise<void> {
  if (after !== "connect") openEventStream(to.response, wireId("req"));
  if (after === "message_start" || after === "text") {
    await sendSteps(upTo(after, wireSteps(text(partial), to)), to);
  }
  if (how === "stall") await unlessAborted(new Promise(() => {}), to.signal);
  // Destroying discards what is not yet handed to the kernel: wait for that first.
  const { promise: flushed, resolve } = Promise.withResolvers<void>();
  to.response.socket?.write("", () => resolve());
  await unlessAborted(flushed, to.signal);
  to.response.destroy();
}

/** The steps before the cut; `text` leaves the text block open. */
function* upTo(point: "message_start" | "text", steps: Iterable<WireStep>): Generator<WireStep> {
  for (const step of steps) {
    if (!(step instanceof Promise) && step.type === "content_block_stop") return;
    yield step;
    if (point === "message_start") return;
  }
}

async function sendSteps(
  steps: Iterable<WireStep>,
  { response, signal }: Destination,
  chunkDelayMs?: number,
): Promise<void> {
  for (const step of steps) {
    if (step instanceof Promise) {
      await unlessAborted(step, signal);
      continue;
    }
    if (step.type === "content_block_delta") await pause(chunkDelayMs, signal);
    await writeEvent(response, step, signal);
  }
}
