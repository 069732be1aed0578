import type { ForgeEvent } from "#shared/task-event.ts";
import type { ForgeAdapter } from "./forge/forge.ts";
import type { ForgeSettings } from "./forge-settings.ts";
import { parsePayload, payloadForm } from "./payload.ts";
import { holdTo, prove } from "./prove.ts";
import { readRequest } from "./read-body.ts";
import type { Rules } from "./rules/config.ts";
import { type Received, understand } from "./understand.ts";

/** How a request is received. */
export interface ReceiveOptions {
  readonly adapter: ForgeAdapter;
  readonly settings: Pick<ForgeSettings, "secrets" | "scoped">;
  readonly rules: Rules;
  /** In epoch milliseconds. */
  readonly now: number;
  /** In bytes. */
  readonly maxBody: number;
}

/**
 * Takes a webhook request in: the raw bytes are read once and proved before anything in them is
 * believed.
 * @throws CicdError `unsupported_media_type`, `payload_too_large`, `unauthorized` or
 * `invalid_request`, in this order.
 */
export async function receive(request: Request, options: ReceiveOptions): Promise<Received> {
  const { adapter, settings, rules, now, maxBody } = options;
  const { headers } = request;
  const form = payloadForm(headers);
  const body = await readRequest(request, maxBody);
  const payload = () => parsePayload(form, body);
  const path = prove({ headers, body }, { adapter, ...settings, now, payload });
  const identity = adapter.identify({ headers, body });
  const check = (event: ForgeEvent) => {
    if (path !== undefined) holdTo(path, event);
  };
  return understand(identity, payload(), { adapter, rules, check });
}
