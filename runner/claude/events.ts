import type { JournalEvent } from "#shared/journal.ts";
import { ApiRetry, type CliMessage, ToolResult, ToolUse } from "./output.ts";

/** How much of a tool's input or output the journal keeps, in characters. */
const excerptLength = 4000;

/** What a message of the CLI means to those who follow a task; nothing for most. */
export function toJournalEvents(message: CliMessage): JournalEvent[] {
  switch (message.type) {
    case "stream_event":
      return fromDelta(message.event.delta);
    case "assistant":
      return blocksOf(message.message.content).flatMap(fromToolUse);
    case "user":
      return blocksOf(message.message.content).flatMap(fromToolResult);
    case "system":
      return fromSystem(message);
    default:
      return [];
  }
}

function fromDelta(
  delta: { text?: string | undefined; thinking?: string | undefined } | undefined,
): JournalEvent[] {
  if (delta?.text) return [{ type: "message.delta", data: { text: delta.text } }];
  if (delta?.thinking) return [{ type: "thinking.delta", data: { text: delta.thinking } }];
  return [];
}

function blocksOf(content: string | readonly object[]): readonly object[] {
  return typeof content === "string" ? [] : content;
}

function fromToolUse(block: object): JournalEvent[] {
  const { success, data } = ToolUse.safeParse(block);
  if (!success) return [];
  const { id, name, input } = data;
  const text = toText(input);
  const kept =
    text !== undefined && text.length <= excerptLength ? input : excerpt(text ?? tooDeep);
  return [{ type: "tool.use", data: { id, name, input: kept } }];
}

function fromToolResult(block: object): JournalEvent[] {
  const { success, data } = ToolResult.safeParse(block);
  if (!success) return [];
  const { tool_use_id: id, is_error, content = "" } = data;
  const text = typeof content === "string" ? content : (toText(content) ?? tooDeep);
  return [{ type: "tool.result", data: { id, is_error: is_error === true, text: excerpt(text) } }];
}

function fromSystem(message: CliMessage): JournalEvent[] {
  const { success, data } = ApiRetry.safeParse(message);
  if (!success) return [];
  const { attempt, retry_delay_ms: delay_ms, error_status: status, error } = data;
  return [{ type: "model.retry", data: { attempt, status, delay_ms, message: error } }];
}

const tooDeep = "(nested too deeply to be kept)";

/** JSON; undefined for what is nested so deeply that writing it, unlike reading it, fails. */
function toText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function excerpt(text: string): string {
  const left = text.length - excerptLength;
  return left <= 0 ? text : `${text.slice(0, excerptLength)}… (${left} characters left out)`;
}
