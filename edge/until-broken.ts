/**
 * A stream that ends where its source ends or breaks off. A server that is handed a broken one may
 * write the error's text to the client; an EventSource comes back after an end just the same.
 * Nothing is held: a chunk is asked for when the reader wants one.
 */
export function untilBroken(
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = source.getReader();
  return new ReadableStream(
    {
      pull: async (controller) => {
        const { value } = await reader.read().catch(() => ({ value: undefined }));
        if (value === undefined) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
