import { CicdError } from "#shared/error.ts";

/**
 * Reads the body of a request as {@link readBody} does. HTTP holds a sender to the length that he
 * declares, so such a body is taken in one piece: a stream of chunks costs more than all the rest.
 * @throws CicdError as {@link readBody} does.
 */
export async function readRequest(
  request: Request,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!request.headers.has("content-length")) return await readBody(request, limit);
  checkDeclared(request, limit);
  try {
    const body = new Uint8Array(await request.arrayBuffer());
    if (body.byteLength <= limit) return body;
  } catch (cause) {
    throw new CicdError("invalid_request", "Cannot read body: it broke off", { cause });
  }
  throw tooLarge(limit);
}

/**
 * Reads a body of at most `limit` bytes. A declared length above it is refused before the first
 * byte is read; as the length may be absent or wrong, what arrives is counted too.
 * @throws CicdError `payload_too_large`, or `invalid_request` when the body breaks off.
 */
export async function readBody(
  message: Pick<Request | Response, "headers" | "body">,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  checkDeclared(message, limit);
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

function checkDeclared({ headers }: Pick<Request, "headers">, limit: number): void {
  if (Number(headers.get("content-length")) > limit) throw tooLarge(limit);
}

function tooLarge(limit: number): CicdError {
  return new CicdError("payload_too_large", `Cannot read body: more than ${limit} bytes`);
}
