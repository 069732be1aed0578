import { EventSourceParserStream } from "eventsource-parser/stream";
import { isTerminalType, JournalEntry } from "#shared/journal.ts";

/** The journal of a task as it grows, to its terminal entry; begins after sequence number `after`. */
export async function* follow(eventsUrl: string, after = 0): AsyncGenerator<JournalEntry> {
  const response = await fetch(eventsUrl, {
    headers: { accept: "text/event-stream", "last-event-id": String(after) },
  });
  if (!response.ok || response.body === null) {
    throw new Error(`Cannot follow task: ${response.status} ${await response.text()}`);
  }
  const events = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  for await (const { data } of events) {
    const entry = JournalEntry.parse(JSON.parse(data));
    yield entry;
    if (isTerminalType(entry.type)) return;
  }
  throw new Error("Cannot follow task: its stream ended early");
}
