import { v5 } from "uuid";
import type { Forge } from "./event.ts";

/** The DNS namespace of RFC 9562, which our session ids are derived in too. */
const namespace = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

/**
 * The task of a delivery, the same however often and wherever it arrives: UUID v5 of
 * `cicd-runner:delivery:<forge>:<delivery id>`. So the links in every answer lead to the one task,
 * also when nobody could know yet that the delivery is a duplicate.
 */
export function taskIdOf(forge: Forge, deliveryId: string): string {
  return v5(`cicd-runner:delivery:${forge}:${deliveryId}`, namespace);
}
