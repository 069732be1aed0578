import { createParser } from "eventsource-parser";
import { isTerminalType, journalTypes } from "#shared/journal.ts";
import type { Reopen } from "./reopen.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The events of a task to its terminal one, whatever happens to the runners that send them: where a
 * stream ends or breaks off, the next one goes on, and each event is passed on whole and once. When
 * there is no next one the stream just ends: an EventSource comes back by itself. Nothing is held
 * but the event that is not complete. A runner that is silent for `silence` milliseconds is taken for
 * one that is gone.
 */
export function lastingStream(
  first: ReadableStream<Bytes>,
  reopen: Reopen,
  silence = longestSilence,
): ReadableStream<Bytes> {
  const gone = new AbortController();
  const { signal } = gone;
  let reader = first.getReader();

  async function* messages(): AsyncGenerator<Bytes> {
    const place = new Place();
    let trouble: Bytes | undefined;
    for (;;) {
      for await (const message of wholeMessages(reader, silence)) {
        place.pass(message);
        // The runner's word that it can't go on: another may.
        if (place.isTroubled) {
          trouble = encoder.encode(message);
          break;
        }
        trouble = undefined;
        yield encoder.encode(message);
        if (place.isOver) return;
      }
      await reader.cancel().catch(() => {});
      const next = signal.aborted ? undefined : await reopen({ ...place.told, signal });
      if (next === undefined) break;
      reader = next.getReader();
      place.begin();
    }
    if (trouble !== undefined) yield trouble;
  }

  const passed = messages();
  return new ReadableStream(
    {
      pull: async (controller) => {
        const { done, value } = await passed.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async (reason) => {
        gone.abort();
        await reader.cancel(reason).catch(() => {});
      },
    },
    { highWaterMark: 0 },
  );
}

const encoder = new TextEncoder();
/** A runner sends a heartbeat every 15 seconds. */
export const longestSilence = 40_000;

/** The messages of an event stream, to its end or where it breaks off: what is not whole is lost. */
async function* wholeMessages(
  reader: ReadableStreamDefaultReader<Bytes>,
  silence: number,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const timer = setTimeout(() => void reader.cancel().catch(() => {}), silence);
    const { value } = await reader.read().catch(() => ({ value: undefined }));
    clearTimeout(timer);
    if (value === undefined) return;
    text += decoder.decode(value, { stream: true });
    for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n")) {
      yield text.slice(0, end + 2);
      text = text.slice(end + 2);
    }
  }
}

/** Where in the events of a task a client is. */
class Place {
  isOver = false;
  isTroubled = false;
  #lastId: string | undefined;
  #hasMoved = false;
  readonly #parser = createParser({
    onEvent: ({ id, event }) => {
      this.#lastId = id ?? this.#lastId;
      this.isTroubled = event === "error";
      this.#hasMoved ||= !this.isTroubled;
      this.isOver = journalTypes.some((type) => type === event && isTerminalType(type));
    },
    onComment: () => {
      this.#hasMoved = true;
    },
  });

  pass(message: string): void {
    this.#parser.feed(message);
  }

  get told() {
    return { lastId: this.#lastId, hasMoved: this.#hasMoved };
  }

  /** A stream begins. */
  begin(): void {
    this.isTroubled = false;
    this.#hasMoved = false;
  }
}
