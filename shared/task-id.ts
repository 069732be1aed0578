import type { Forge } from "./event.ts";
import { namedUuid } from "./named-uuid.ts";

/**
 * The task of a delivery, the same however often and wherever it arrives: UUID v5 of
 * `cicd-runner:delivery:<forge>:<delivery id>`. So the links in every answer lead to the one task,
 * also when nobody could know yet that the delivery is a duplicate.
 */
export function taskIdOf(forge: Forge, deliveryId: string): string {
  return namedUuid(`cicd-runner:delivery:${forge}:${deliveryId}`);
}
