import { wireId } from "./wire-id.ts";

/** A piece of streamed text, or a promise that holds the stream until it settles. */
export type TextPart = string | Promise<unknown>;

/** Text of the answer. */
export interface TextBlock {
  readonly type: "text";
  readonly parts: readonly TextPart[];
}

/** Thinking that comes before the answer, with a signature as the API signs it. */
export interface ThinkingBlock {
  readonly type: "thinking";
  readonly parts: readonly TextPart[];
  readonly signature: string;
}

/** A tool call; its input is streamed as pieces of JSON text. */
export interface ToolUseBlock {
  readonly type: "tool_use";
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** One content block of an answer. */
export type Block = TextBlock | ThinkingBlock | ToolUseBlock;

/** Text, streamed part by part: `textBlock("first, ", gate, "then this")`. */
export function textBlock(...parts: readonly TextPart[]): TextBlock {
  return { type: "text", parts };
}

/** Thinking, streamed part by part. */
export function thinkingBlock(...parts: readonly TextPart[]): ThinkingBlock {
  return { type: "thinking", parts, signature: "c3RhbmQtaW4gc2lnbmF0dXJl" };
}

/** A call of a tool with this input; `id` defaults to a fresh one. */
export function toolUse(
  name: string,
  input: Readonly<Record<string, unknown>>,
  id: string = wireId("toolu"),
): ToolUseBlock {
  return { type: "tool_use", id, name, input };
}

/** The block as it stands in the finished message. */
export function finished(block: Block): object {
  switch (block.type) {
    case "text":
      return { type: "text", text: joined(block.parts) };
    case "thinking":
      return { type: "thinking", thinking: joined(block.parts), signature: block.signature };
    case "tool_use":
      return block;
  }
}

/** All text of the parts, without what holds them up. */
export function joined(parts: readonly TextPart[]): string {
  return parts.filter((part) => typeof part === "string").join("");
}
