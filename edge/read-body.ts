import { CicdError } from "#shared/error.ts";

/**
 * Reads a body of at most `limit` bytes. A declared length above it is refused before the first
 * byte is read; as the length may be absent or wrong, what arrives is counted too.
 * @throws CicdError `payload_too_large`, or `invalid_request` when the body breaks off.
 */
export async function readBody(
  message: Pick<Request | Response, "headers" | "body">,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(message.headers.get("content-length")) > limit) throw tooLarge(limit);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for await (const chunk of message.body ?? []) {
      size += chunk.byteLength;
      if (size > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
  } catch (thrown) {
    if (thrown instanceof CicdError) throw thrown;
    const message = `Cannot read body: it broke off after ${size} bytes`;
    throw new CicdError("invalid_request", message, { cause: thrown });
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function tooLarge(limit: number): CicdError {
  return new CicdError("payload_too_large", `Cannot read body: more than ${limit} bytes`);
}
