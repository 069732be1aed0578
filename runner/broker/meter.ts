import { createParser, type EventSourceMessage } from "eventsource-parser";
import { CicdError } from "#shared/error.ts";
import { Message, type RequestUsage, UsageEvent, updated, usageOf } from "./usage.ts";

/** Who hears what a meter has read. */
export interface MeterOptions {
  readonly onUsage: (usage: RequestUsage) => void;
  /** The answer could not be read, or a callback failed; the stream goes on. */
  readonly onError: (error: CicdError) => void;
}

/** Reads a copy of an answer's bytes. Nothing that it meets reaches the stream. */
export interface Meter {
  /** The bytes that come next, cut anywhere. */
  read(chunk: Uint8Array): void;
  /** Nothing more comes: the answer is `whole`, or has broken off. */
  end(how: "whole" | "broken"): void;
}

/** Room for the longest line of a stream, or a whole answer without one; characters. */
const maxCharacters = 32 * 1024 ** 2;

/**
 * Meters an answer of `/v1/messages`. The usage of a stream is told before its last event is passed
 * on, so that it is known when the CLI has its result; that of one that broke off at its end.
 */
export function meterOf(headers: Headers, options: MeterOptions): Meter {
  const decoder = new TextDecoder();
  const reader = headers.get("content-type")?.startsWith("text/event-stream")
    ? new StreamReader()
    : new MessageReader();
  let isDone = false;
  const attempt = (step: () => void) => {
    if (isDone) return;
    try {
      step();
    } catch (thrown) {
      isDone = true;
      options.onError(unreadable(thrown));
    }
  };
  const tell = () => {
    isDone = true;
    if (reader.usage !== undefined) options.onUsage(reader.usage);
  };
  return {
    read: (chunk) =>
      attempt(() => {
        reader.feed(decoder.decode(chunk, { stream: true }));
        if (reader.isComplete) tell();
      }),
    end: (how) =>
      attempt(() => {
        if (how === "whole") reader.finish();
        tell();
      }),
  };
}

/** Reads the events of a stream. */
class StreamReader {
  usage: RequestUsage | undefined;
  isComplete = false;
  readonly #parser = createParser({
    onEvent: (event) => this.#receive(event),
    maxBufferSize: maxCharacters,
  });

  feed(text: string): void {
    this.#parser.feed(text);
  }

  finish(): void {
    if (this.usage === undefined) throw new Error("stream has no message_start");
  }

  #receive({ event, data }: EventSourceMessage): void {
    // Most events are text of the answer, and are not even parsed.
    if (!UsageEvent.options.some(({ shape }) => shape.type.value === event)) return;
    const told = UsageEvent.parse(JSON.parse(data));
    switch (told.type) {
      case "message_start":
        this.usage = usageOf(told.message);
        break;
      case "message_delta":
        if (this.usage !== undefined) this.usage = updated(this.usage, told.usage);
        break;
      case "message_stop":
        this.isComplete = true;
    }
  }
}

/** Reads an answer in one piece. */
class MessageReader {
  usage: RequestUsage | undefined;
  readonly isComplete = false;
  readonly #parts: string[] = [];
  #length = 0;

  feed(text: string): void {
    this.#length += text.length;
    if (this.#length > maxCharacters) throw new Error(`answer exceeds ${maxCharacters} characters`);
    this.#parts.push(text);
  }

  finish(): void {
    this.usage = usageOf(Message.parse(JSON.parse(this.#parts.join(""))));
  }
}

function unreadable(cause: unknown): CicdError {
  const { message } = CicdError.from(cause);
  return new CicdError("internal", `Cannot meter answer of the model: ${message}`, { cause });
}
