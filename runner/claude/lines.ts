/** A line of output without its line feed, or the size of one that was too long to keep. */
export type Line =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "dropped"; readonly bytes: number };

const lineFeed = 0x0a;

/**
 * Splits a byte stream into lines of at most `maxBytes`. Of a longer line nothing is kept but its
 * length, however long it gets. What stands behind the last line feed is a line too.
 */
export async function* readLines(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const add = (part: Uint8Array) => {
    length += part.length;
    if (length > maxBytes) parts = [];
    else if (part.length > 0) parts.push(part);
  };
  const take = (): Line => {
    const line: Line =
      length > maxBytes
        ? { kind: "dropped", bytes: length }
        : { kind: "line", text: Buffer.concat(parts).toString("utf8") };
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of stream) {
    let start = 0;
    for (
      let end = chunk.indexOf(lineFeed, start);
      end !== -1;
      end = chunk.indexOf(lineFeed, start)
    ) {
      add(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    add(chunk.subarray(start));
  }
  if (length > 0) yield take();
}
