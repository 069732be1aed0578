import assert from "node:assert/strict";
import { createParser } from "eventsource-parser";

/** One thing that a server-sent event stream holds. */
export type StreamItem =
  | { readonly kind: "message"; readonly id: string; readonly event: string; readonly data: string }
  | { readonly kind: "comment"; readonly text: string }
  | { readonly kind: "retry"; readonly milliseconds: number };

/** The items of a 200 response, as they come; leaving the loop hangs up. */
export async function* eventStream(response: Response): AsyncGenerator<StreamItem, void> {
  assert.equal(response.status, 200);
  assert(response.body);
  const items: StreamItem[] = [];
  const parser = createParser({
    onEvent: ({ id = "", event = "", data }) => items.push({ kind: "message", id, event, data }),
    onComment: (text) => items.push({ kind: "comment", text }),
    onRetry: (milliseconds) => items.push({ kind: "retry", milliseconds }),
  });
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    parser.feed(text);
    yield* items.splice(0);
  }
}

/** The messages alone. */
export async function* messages(response: Response) {
  for await (const item of eventStream(response)) if (item.kind === "message") yield item;
}
