import type { ErrorReply } from "./api-error.ts";
import { type Block, type TextPart, textBlock } from "./blocks.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import type { Usage } from "./usage.ts";

/** A whole message, streamed or in one piece as the request wants it. */
export interface MessageReply {
  readonly kind: "message";
  /** Content in order; a promise holds the stream between two blocks until it settles. */
  readonly blocks: readonly (Block | Promise<unknown>)[];
  /** Default: `tool_use` when a block is one, else `end_turn`. */
  readonly stopReason?: string;
  /** Replaces single figures of the derived usage; tokens. */
  readonly usage?: Partial<Usage>;
  /** Milliseconds before the answer begins; default 0. */
  readonly latencyMs?: number;
  /** Milliseconds before each delta; default 0. */
  readonly chunkDelayMs?: number;
  /** Characters in a delta; default 24. */
  readonly chunkChars?: number;
}

/** Where an answer breaks off: before the headers, behind them, and so on. */
export type CutPoint = "connect" | "headers" | "message_start" | "text";

/** An answer that breaks off: it stalls for ever, or its socket is destroyed. */
export interface CutReply {
  readonly kind: "cut";
  readonly how: "stall" | "drop";
  readonly after: CutPoint;
  /** What is streamed before the cut when `after` is `text`; its block is never closed. */
  readonly text: string;
}

/** What the stand-in does with a request. */
export type Reply = MessageReply | ErrorReply | CutReply;

/** Answers a conversation request; `count` of the same session came before it. */
export type Responder = (request: RecordedRequest, count: number) => Reply | Promise<Reply>;

/** Where a fault strikes, and what text is streamed before. */
export interface CutOptions {
  readonly after: CutPoint;
  readonly text?: string;
}

/** A message of one text. */
export function text(...parts: readonly TextPart[]): MessageReply {
  return { kind: "message", blocks: [textBlock(...parts)] };
}

/** A message of several blocks, or with its own usage and timing. */
export function message(options: Omit<MessageReply, "kind">): MessageReply {
  return { kind: "message", ...options };
}

/** An answer that never goes on, until the client hangs up or the stand-in closes. */
export function stall({ after, text = "Cut off" }: CutOptions): CutReply {
  return { kind: "cut", how: "stall", after, text };
}

/** An answer whose socket is destroyed. */
export function drop({ after, text = "Cut off" }: CutOptions): CutReply {
  return { kind: "cut", how: "drop", after, text };
}
