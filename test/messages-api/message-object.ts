import { type Block, finished, joined } from "./blocks.ts";
import type { MessageReply } from "./reply.ts";
import { type InputUsage, tokensOf, type Usage } from "./usage.ts";

/** What a message takes over from its request. */
export interface MessageHead {
  /** For instance `msg_01…`. */
  readonly id: string;
  /** The model that was asked for. */
  readonly model: string;
  readonly inputUsage: InputUsage;
}

/** The finished message, as a request without `stream` gets it. */
export function messageObject(reply: MessageReply, head: MessageHead): object {
  return {
    ...skeleton(head),
    content: blocksOf(reply).map(finished),
    stop_reason: stopReasonOf(reply),
    usage: usageObject(usageOf(reply, head)),
  };
}

/** The message in `message_start`: no content yet, and one token of output. */
export function startedMessage(reply: MessageReply, head: MessageHead): object {
  const usage = { ...usageOf(reply, head), output_tokens: 1 };
  return { ...skeleton(head), content: [], stop_reason: null, usage: usageObject(usage) };
}

/** The blocks of a reply, without what holds them up. */
export function blocksOf({ blocks }: MessageReply): readonly Block[] {
  return blocks.filter((block): block is Block => !(block instanceof Promise));
}

/** `tool_use` as soon as one block calls a tool. */
export function stopReasonOf(reply: MessageReply): string {
  const callsTool = blocksOf(reply).some(({ type }) => type === "tool_use");
  return reply.stopReason ?? (callsTool ? "tool_use" : "end_turn");
}

/** Token counts of the whole message. */
export function usageOf(reply: MessageReply, { inputUsage }: MessageHead): Usage {
  const characters = blocksOf(reply).reduce((sum, block) => sum + lengthOf(block), 0);
  return { ...inputUsage, output_tokens: tokensOf(characters), ...reply.usage };
}

function lengthOf(block: Block): number {
  if (block.type !== "tool_use") return joined(block.parts).length;
  return block.name.length + JSON.stringify(block.input).length;
}

function skeleton({ id, model }: MessageHead): object {
  return { id, type: "message", role: "assistant", model, stop_sequence: null };
}

function usageObject(usage: Usage): object {
  return {
    ...usage,
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cache_creation_input_tokens,
      ephemeral_1h_input_tokens: 0,
    },
    service_tier: "standard",
  };
}
