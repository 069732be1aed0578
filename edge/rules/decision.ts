import type { SkipCode } from "#shared/skip.ts";
import type { TaskKind } from "#shared/task.ts";
import type { TaskEvent } from "#shared/task-event.ts";

/** Why an event makes no task. */
export interface Skip {
  readonly code: SkipCode;
  /** As the answer to the webhook tells it. */
  readonly reason: string;
}

/** What the rules say about an event. */
export type Decision =
  | {
      readonly kind: "task";
      readonly task: TaskKind;
      readonly event: TaskEvent;
      /** What somebody says with a command, or what failed. */
      readonly message?: string;
      /** The model is asked, also when the same was reviewed before. */
      readonly force?: true;
    }
  | ({ readonly kind: "ignored" } & Skip);

/** The decision to do nothing. */
export function ignored(code: SkipCode, reason: string): Decision {
  return { kind: "ignored", code, reason };
}
