import type { DeliveredKind } from "#shared/api.ts";
import type { PullRequestEvent } from "#shared/event.ts";
import type { ForgeAdapter, Identity } from "./forge/forge.ts";
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

/**
 * What a delivery asks for that is known to come from its forge.
 * @throws CicdError `invalid_request` with the path of the first problem in the payload.
 */
export function understand(
  adapter: ForgeAdapter,
  { id: deliveryId, event: name }: Identity,
  payload: unknown,
): Received {
  const normalized = adapter.normalize(name, payload);
  if (normalized.kind === "ignored") return { ...normalized, deliveryId };
  const { event } = normalized;
  const decision = decide(event);
  return decision.kind === "task"
    ? { ...decision, deliveryId, event }
    : { ...decision, deliveryId };
}
