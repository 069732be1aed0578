import * as z from "zod";
import { Forge } from "./event.ts";
import { OutboxHealth } from "./outbox.ts";
import { Session } from "./session.ts";
import { SkipCode } from "./skip.ts";
import { Task, TaskKind } from "./task.ts";
import { TaskEvent } from "./task-event.ts";
import { DeliveryTrace } from "./trace.ts";

/** The most characters that a message has. */
export const longestMessage = 20_000;

/** What somebody says to the model: whole, or refused. */
export const MessageText = z.string().min(1).max(longestMessage);

/** What the edge hands to the runner for one delivery: `POST /v1/events`. */
export const HandOff = z.object({
  /** The forge's own id of the delivery: what duplicates are known by. */
  delivery_id: z.string().min(1).max(256),
  forge: Forge,
  /** The id that the task gets unless the delivery is a duplicate. */
  task_id: z.uuid(),
  kind: TaskKind,
  event: TaskEvent,
  /** What somebody says with a command, or what failed. Untrusted text. */
  message: MessageText.optional(),
  trace: DeliveryTrace.optional(),
  /** Ask the model, also when the same was reviewed before. */
  force: z.boolean().optional(),
});
/** {@link HandOff} as a type. */
export type HandOff = z.infer<typeof HandOff>;

/** The runner's answer to a hand-off; `duplicate` names the task that the delivery made before. */
export const HandOffAnswer = z.object({
  outcome: z.enum(["accepted", "duplicate"]),
  task_id: z.uuid(),
  session_id: z.uuid(),
});
/** {@link HandOffAnswer} as a type. */
export type HandOffAnswer = z.infer<typeof HandOffAnswer>;

/** Where to follow a task. The URLs carry a token that is good for this task alone and expires. */
export const TaskLinks = z.object({ status_url: z.url(), events_url: z.url() });
/** {@link TaskLinks} as a type. */
export type TaskLinks = z.infer<typeof TaskLinks>;

/** The 202 to a webhook that made a task. */
export const WebhookAccepted = TaskLinks.extend({ task_id: z.uuid(), session_id: z.uuid() });
/** {@link WebhookAccepted} as a type. */
export type WebhookAccepted = z.infer<typeof WebhookAccepted>;

/** The 200 to a webhook whose delivery is known already. */
export const WebhookDuplicate = WebhookAccepted.extend({ duplicate: z.literal(true) });
/** {@link WebhookDuplicate} as a type. */
export type WebhookDuplicate = z.infer<typeof WebhookDuplicate>;

/** The 200 to a webhook that makes no task, and why. */
export const WebhookIgnored = z.object({
  ignored: z.literal(true),
  code: SkipCode,
  reason: z.string(),
});
/** {@link WebhookIgnored} as a type. */
export type WebhookIgnored = z.infer<typeof WebhookIgnored>;

/** What the edge tells the runner of a delivery that made no task: `POST /v1/deliveries/skipped`. */
export const SkippedDelivery = z.object({
  delivery_id: z.string().min(1).max(256),
  forge: Forge,
  code: SkipCode,
  reason: z.string().max(5000),
});
/** {@link SkippedDelivery} as a type. */
export type SkippedDelivery = z.infer<typeof SkippedDelivery>;

/** `GET /v1/deliveries/{id}` of one that made no task. */
export const DeliveryIgnored = WebhookIgnored.extend({
  delivery_id: z.string(),
  forge: Forge,
  at: z.iso.datetime(),
});
/** {@link DeliveryIgnored} as a type. */
export type DeliveryIgnored = z.infer<typeof DeliveryIgnored>;

/** `GET /v1/tasks`: newest first. */
export const TaskList = z.object({ tasks: z.array(Task) });
/** {@link TaskList} as a type. */
export type TaskList = z.infer<typeof TaskList>;

/** `GET /v1/sessions`: the most recently active first. */
export const SessionList = z.object({ sessions: z.array(Session) });
/** {@link SessionList} as a type. */
export type SessionList = z.infer<typeof SessionList>;

/**
 * `POST /v1/tasks/{id}/cancel`: `removed` from the queue, `signalled` while it runs (its terminal
 * event follows), or `ended` before the call.
 */
export const CancelAnswer = z.object({ outcome: z.enum(["removed", "signalled", "ended"]) });
/** {@link CancelAnswer} as a type. */
export type CancelAnswer = z.infer<typeof CancelAnswer>;

/** The body of `POST /v1/sessions/{id}/messages`. */
export const MessageBody = z.strictObject({
  text: MessageText,
});

/**
 * Its answer: `delivered` into the turn that runs, as a message of this id; or `queued` as a task of
 * its own, which runs when those before it have ended.
 */
export const MessageAnswer = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("delivered"), task_id: z.uuid(), message_id: z.uuid() }),
  z.object({ outcome: z.literal("queued"), task_id: z.uuid(), session_id: z.uuid() }),
]);
/** {@link MessageAnswer} as a type. */
export type MessageAnswer = z.infer<typeof MessageAnswer>;

/** The same as the edge answers it, with where to follow the task. */
export const MessageAccepted = z.intersection(MessageAnswer, TaskLinks);
/** {@link MessageAccepted} as a type. */
export type MessageAccepted = z.infer<typeof MessageAccepted>;

/** The body of `POST /v1/tasks/{id}/permissions/{request_id}`; the model reads `message`. */
export const PermissionAnswer = z.strictObject({
  behavior: z.enum(["allow", "deny"]),
  message: z.string().min(1).max(2000).optional(),
});
/** {@link PermissionAnswer} as a type. */
export type PermissionAnswer = z.infer<typeof PermissionAnswer>;

/** What was decided about a tool. */
export const PermissionDecided = z.object({
  request_id: z.string(),
  behavior: z.enum(["allow", "deny"]),
});
/** {@link PermissionDecided} as a type. */
export type PermissionDecided = z.infer<typeof PermissionDecided>;

/** `GET /health` of the runner. */
export const Health = z.object({
  status: z.enum(["healthy", "degraded", "unhealthy"]),
  /** Resident processes. */
  sessions: z.int().nonnegative(),
  queue_depth: z.int().nonnegative(),
  running: z.int().nonnegative(),
  /** How long the task has waited that has waited longest; null when none waits. */
  oldest_queued_seconds: z.number().nonnegative().nullable(),
  /** 0: processes are kept as configured; 1: no more than there are; 2: none beyond its task. */
  degradation_level: z.int().min(0).max(2),
  /** `open` while tasks wait because the model does not answer. */
  breaker: z.enum(["closed", "half-open", "open"]),
  /** Why the status is not `healthy`; empty when it is. */
  problems: z.array(z.string()),
  version: z.string(),
  uptime_seconds: z.number(),
});
/** {@link Health} as a type. */
export type Health = z.infer<typeof Health>;

/** `GET /health` of the edge. */
export const EdgeHealth = z.object({
  status: z.enum(["healthy", "degraded"]),
  /** The runner's own word. */
  runner: z.enum(["healthy", "degraded", "unhealthy", "unreachable"]),
  outbox: OutboxHealth,
});
/** {@link EdgeHealth} as a type. */
export type EdgeHealth = z.infer<typeof EdgeHealth>;

/** `GET /health/ready` of the edge. */
export const Ready = z.object({ status: z.literal("ready") });
/** {@link Ready} as a type. */
export type Ready = z.infer<typeof Ready>;
