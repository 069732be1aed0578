import type { ForgeEvent } from "#shared/task-event.ts";
import type { ForgeAdapter, Identity } from "./forge/forge.ts";
import type { Rules } from "./rules/config.ts";
import { decide } from "./rules/decide.ts";
import type { Decision } from "./rules/decision.ts";

/** A delivery that was proved and understood: it makes a task, or is ignored for a reason. */
export type Received = Decision & { readonly deliveryId: string };

/** How a delivery is understood. */
export interface UnderstandOptions {
  readonly adapter: ForgeAdapter;
  readonly rules: Rules;
  /** Throws when the proof of the delivery is not good for the event; default: it is good for all. */
  readonly check?: (event: ForgeEvent) => void;
}

/**
 * What a delivery asks for that is known to come from its forge.
 * @throws CicdError `invalid_request` with the path of the first problem in the payload, and what
 * `check` throws.
 */
export function understand(
  { id: deliveryId, event: name }: Identity,
  payload: unknown,
  { adapter, rules, check = () => {} }: UnderstandOptions,
): Received {
  const normalized = adapter.normalize(name, payload);
  if (normalized.kind === "ignored") {
    return { kind: "ignored", code: "not_handled", reason: normalized.reason, deliveryId };
  }
  const { event } = normalized;
  check(event);
  return { ...decide(event, rules), deliveryId };
}
