import { once } from "node:events";
import type { ServerResponse } from "node:http";

/** Sends the headers of a stream of server-sent events. */
export function openEventStream(response: ServerResponse, requestId: string): void {
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "request-id": requestId,
  });
  response.flushHeaders();
}

/** Writes one event; waits while the client does not read. */
export async function writeEvent(
  response: ServerResponse,
  event: { readonly type: string },
  signal: AbortSignal,
): Promise<void> {
  const isRoomLeft = response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  if (!isRoomLeft) await once(response, "drain", { signal });
}
