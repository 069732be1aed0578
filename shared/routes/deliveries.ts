import * as z from "zod";
import { DeliveryIgnored, HandOff, HandOffAnswer, SkippedDelivery } from "../api.ts";
import { Forge } from "../event.ts";
import { none, nothing, route } from "../route.ts";
import { Task } from "../task.ts";
import { withLinks } from "./with-links.ts";

const Delivery = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,255}$/)
    .meta({ description: "The forge's own id of the delivery" }),
});

const ofForge = z.strictObject({
  forge: Forge.meta({ description: "Default: github" }).optional(),
});

/** The runner's own: sealed by its edge. */
export const takeDelivery = route({
  id: "takeDelivery",
  method: "POST",
  path: "/v1/events",
  access: "signature",
  summary: "Takes a delivery in",
  params: none,
  query: none,
  body: HandOff,
  status: 202,
  answer: HandOffAnswer,
  also: { 200: HandOffAnswer },
  errors: ["queue_full", "shutting_down"],
});

/** The runner's own: its edge tells of a delivery that made no task. */
export const skipDelivery = route({
  id: "skipDelivery",
  method: "POST",
  path: "/v1/deliveries/skipped",
  access: "signature",
  summary: "Remembers why a delivery made no task",
  params: none,
  query: none,
  body: SkippedDelivery,
  status: 204,
  answer: nothing,
});

/** `GET /v1/deliveries/{id}`. */
export const getDelivery = route({
  id: "getDelivery",
  method: "GET",
  path: "/v1/deliveries/{id}",
  access: "read",
  summary: "The task that a delivery made, or why it made none",
  description: "Of deliveries that made none the last ten thousand are known.",
  params: Delivery,
  query: ofForge,
  body: nothing,
  status: 200,
  answer: z.union([Task, DeliveryIgnored]),
  errors: ["not_found"],
});

/** What the runner takes of {@link replayDelivery}. */
export const takeReplay = route({
  id: "replayDelivery",
  method: "POST",
  path: "/v1/deliveries/{id}/replay",
  access: "write",
  summary: "Runs the task of a delivery again, when it has failed",
  description:
    "202 with the new task, 200 with the one of an earlier replay that has not ended, 409 for a " +
    "task that has not failed.",
  params: Delivery,
  query: ofForge,
  body: nothing,
  status: 202,
  answer: HandOffAnswer,
  also: { 200: HandOffAnswer },
  errors: ["not_found", "conflict", "queue_full", "shutting_down"],
});

/** `POST /v1/deliveries/{id}/replay` as the edge answers it. */
export const replayDelivery = withLinks(takeReplay);
