import type { Cut, Exchange } from "./exchange.ts";
import type { Meter } from "./meter.ts";

/** How an answer's body is passed on. */
export interface RelayOptions {
  readonly meter: Meter | undefined;
  /** How long the API may send nothing, in milliseconds. */
  readonly idleTimeout: number;
  /** The exchange was cut: what the CLI has by then must not look like a whole answer. */
  readonly onCut: (why: Cut) => void;
}

/**
 * The body, chunk by chunk: one is asked for when the CLI has taken the last, and is metered
 * before it is passed on. With it ends the exchange.
 */
export function relay(
  body: ReadableStream<Uint8Array>,
  exchange: Exchange,
  { meter, idleTimeout, onCut }: RelayOptions,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  exchange.onCut((why) => {
    meter?.end("broken");
    onCut(why);
  });
  return new ReadableStream(
    {
      pull: async (controller) => {
        const next = await exchange.within(idleTimeout, reader.read()).catch(() => undefined);
        // Neither closed nor an error, of which the server would write the text to the CLI.
        if (next === undefined) return;
        if (!next.done) {
          meter?.read(next.value);
          controller.enqueue(next.value);
          return;
        }
        meter?.end("whole");
        exchange.complete();
        controller.close();
      },
      cancel: () => exchange.cut({ kind: "left" }),
    },
    { highWaterMark: 0 },
  );
}
