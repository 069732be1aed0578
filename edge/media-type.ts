/** The media type of live streams of events. */
export const eventStream = "text/event-stream";

/** The media type of an answer, without its parameters. */
export function mediaType(headers: Headers): string | undefined {
  return headers.get("content-type")?.split(";")[0];
}
