import type { HandOff } from "#shared/api.ts";
import type { Forge } from "#shared/event.ts";
import { taskIdOf } from "#shared/task-id.ts";
import type { DeliveryTrace } from "#shared/trace.ts";
import type { Received } from "./understand.ts";

/** A delivery that makes a task. */
export interface Understood extends Omit<Extract<Received, { kind: "task" }>, "kind"> {
  readonly forge: Forge;
  /** When it arrived, or when the forge first tried to deliver it; epoch milliseconds. */
  readonly at: number;
  /** The step that took it in; undefined for one that was asked for. */
  readonly trace?: DeliveryTrace;
}

/** What the runner is told of a delivery. */
export function toHandOff(understood: Understood): HandOff {
  const { forge, deliveryId, task, event, message, force, at, trace } = understood;
  return {
    delivery_id: deliveryId,
    forge,
    task_id: taskIdOf(forge, deliveryId),
    kind: task,
    event: { ...event, delivered_at: new Date(at).toISOString() },
    ...(message !== undefined && { message }),
    ...(force !== undefined && { force }),
    ...(trace !== undefined && { trace }),
  };
}
