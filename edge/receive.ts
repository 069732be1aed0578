import type { ForgeAdapter } from "./forge/forge.ts";
import type { ForgeSettings } from "./forge-settings.ts";
import { parsePayload, payloadForm } from "./payload.ts";
import { holdTo, prove } from "./prove.ts";
import { readBody } from "./read-body.ts";
import type { Rules } from "./rules/config.ts";
import { decide } from "./rules/decide.ts";
import type { Decision } from "./rules/decision.ts";

/** A delivery that was proved and understood: it makes a task, or is ignored for a reason. */
export type Received = Decision & { readonly deliveryId: string };

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
  const body = await readBody(request, maxBody);
  const payload = () => parsePayload(form, body);
  const path = await prove({ headers, body }, { adapter, ...settings, now, payload });
  const { id: deliveryId, event: name } = await adapter.identify({ headers, body });
  const normalized = adapter.normalize(name, payload());
  if (normalized.kind === "ignored") {
    return { kind: "ignored", code: "not_handled", reason: normalized.reason, deliveryId };
  }
  const { event } = normalized;
  if (path !== undefined) holdTo(path, event);
  return { ...decide(event, rules), deliveryId };
}
