import type { DeliveredKind, HandOff } from "#shared/api.ts";
import type { Forge, PullRequestEvent } from "#shared/event.ts";
import { taskIdOf } from "#shared/task-id.ts";

/** A delivery that makes a task. */
export interface Understood {
  readonly forge: Forge;
  readonly deliveryId: string;
  readonly task: DeliveredKind;
  readonly event: PullRequestEvent;
  /** When it arrived, or when the forge first tried to deliver it; epoch milliseconds. */
  readonly at: number;
}

/** What the runner is told of a delivery. */
export function toHandOff({ forge, deliveryId, task, event, at }: Understood): HandOff {
  return {
    delivery_id: deliveryId,
    forge,
    task_id: taskIdOf(forge, deliveryId),
    kind: task,
    event: { ...event, delivered_at: new Date(at).toISOString() },
  };
}
