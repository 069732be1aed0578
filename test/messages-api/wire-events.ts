import { type Block, finished, type TextPart } from "./blocks.ts";
import { type MessageHead, startedMessage, stopReasonOf, usageOf } from "./message-object.ts";
import type { MessageReply } from "./reply.ts";

/**
 * An event of a streamed message; `type` is the SSE event name too. Source and order:
 * https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export type WireEvent =
  | { readonly type: "message_start"; readonly message: object }
  | { readonly type: "ping" }
  | { readonly type: "content_block_start"; readonly index: number; readonly content_block: object }
  | { readonly type: "content_block_delta"; readonly index: number; readonly delta: object }
  | { readonly type: "content_block_stop"; readonly index: number }
  | { readonly type: "message_delta"; readonly delta: object; readonly usage: object }
  | { readonly type: "message_stop" };

/** An event to send, or a promise to wait for before the next one. */
export type WireStep = WireEvent | Promise<unknown>;

/** The events of a streamed message in order, and what holds them up. */
export function* wireSteps(reply: MessageReply, head: MessageHead): Generator<WireStep> {
  yield { type: "message_start", message: startedMessage(reply, head) };
  let index = 0;
  for (const block of reply.blocks) {
    if (block instanceof Promise) {
      yield block;
      continue;
    }
    yield { type: "content_block_start", index, content_block: opened(block) };
    // The API pings once, behind the first block start; clients must take it anywhere.
    if (index === 0) yield { type: "ping" };
    for (const delta of deltas(block, reply.chunkChars ?? 24)) {
      yield delta instanceof Promise ? delta : { type: "content_block_delta", index, delta };
    }
    yield { type: "content_block_stop", index };
    index += 1;
  }
  const delta = { stop_reason: stopReasonOf(reply), stop_sequence: null };
  yield { type: "message_delta", delta, usage: usageOf(reply, head) };
  yield { type: "message_stop" };
}

/** The block as it starts: everything that is streamed is empty. */
function opened(block: Block): object {
  switch (block.type) {
    case "text":
    case "thinking":
      return finished({ ...block, parts: [], ...(block.type === "thinking" && { signature: "" }) });
    case "tool_use":
      return { ...block, input: {} };
  }
}

function* deltas(block: Block, chunkChars: number): Generator<object | Promise<unknown>> {
  switch (block.type) {
    case "text":
      for (const part of pieces(block.parts, chunkChars)) {
        yield part instanceof Promise ? part : { type: "text_delta", text: part };
      }
      return;
    case "thinking":
      for (const part of pieces(block.parts, chunkChars)) {
        yield part instanceof Promise ? part : { type: "thinking_delta", thinking: part };
      }
      yield { type: "signature_delta", signature: block.signature };
      return;
    case "tool_use":
      // The API begins with an empty piece.
      for (const part of ["", ...chunks(JSON.stringify(block.input), chunkChars)]) {
        yield { type: "input_json_delta", partial_json: part };
      }
  }
}

function* pieces(parts: readonly TextPart[], chunkChars: number): Generator<TextPart> {
  for (const part of parts) {
    if (part instanceof Promise) yield part;
    else yield* chunks(part, chunkChars);
  }
}

/** Cuts between code points, never through a surrogate pair. */
function chunks(text: string, chunkChars: number): readonly string[] {
  return text.match(new RegExp(`.{1,${chunkChars}}`, "gsu")) ?? [];
}
