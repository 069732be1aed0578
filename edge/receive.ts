import type { DeliveredKind } from "#shared/api.ts";
import type { PullRequestEvent } from "#shared/event.ts";
import type { Expected, ForgeAdapter } from "./forge/forge.ts";
import { parsePayload, payloadForm } from "./payload.ts";
import { readBody } from "./read-body.ts";
import { decide } from "./rules.ts";

/** A delivery that was proved and understood: it makes a task, or is ignored for a reason. */
export type Received =
  | {
      readonly kind: "task";
      readonly deliveryId: string;
      readonly task: DeliveredKind;
      readonly event: PullRequestEvent;
    }
  | { readonly kind: "ignored"; readonly deliveryId: string; readonly reason: string };

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
  const { id: deliveryId, event: name } = await adapter.identify({ headers, body });
  const normalized = adapter.normalize(name, parsePayload(form, body));
  if (normalized.kind === "ignored") return { ...normalized, deliveryId };
  const { event } = normalized;
  const decision = decide(event);
  return decision.kind === "task"
    ? { ...decision, deliveryId, event }
    : { ...decision, deliveryId };
}
