import type { Expected, ForgeAdapter } from "./forge/forge.ts";
import { parsePayload, payloadForm } from "./payload.ts";
import { readBody } from "./read-body.ts";
import { type Received, understand } from "./understand.ts";

/** How a request is received. */
export interface ReceiveOptions {
  readonly adapter: ForgeAdapter;
  readonly expected: Expected;
  /** In bytes. */
  readonly maxBody: number;
}

/**
 * Takes a webhook request in: the raw bytes are read once and proved before anything in them is
 * looked at.
 * @throws CicdError `unsupported_media_type`, `payload_too_large`, `unauthorized` or
 * `invalid_request`, in this order.
 */
export async function receive(request: Request, options: ReceiveOptions): Promise<Received> {
  const { adapter, expected, maxBody } = options;
  const { headers } = request;
  const form = payloadForm(headers);
  const body = await readBody(request, maxBody);
  await adapter.verify({ headers, body }, expected);
  const identity = await adapter.identify({ headers, body });
  return understand(adapter, identity, parsePayload(form, body));
}
