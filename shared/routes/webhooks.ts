import * as z from "zod";
import { WebhookAccepted, WebhookDuplicate, WebhookIgnored } from "../api.ts";
import { Forge } from "../event.ts";
import { none, route } from "../route.ts";

/** `POST /webhooks/{forge}`. */
export const receiveWebhook = route({
  id: "receiveWebhook",
  method: "POST",
  path: "/webhooks/{forge}",
  access: "signature",
  summary: "Takes a webhook of a forge",
  description:
    "The body is the forge's own, as JSON or as the form field `payload`; its headers prove it. " +
    "202 when the task is on disk; 200 for a delivery that is known, or that makes no task.",
  params: z.strictObject({ forge: Forge }),
  query: none,
  body: z.unknown(),
  status: 202,
  answer: WebhookAccepted,
  also: { 200: z.union([WebhookDuplicate, WebhookIgnored]) },
  errors: ["not_found", "queue_full", "store_unavailable"],
});

/** `POST /webhooks/{forge}/{segment}`. */
export const receiveWebhookAtSegment = route({
  ...receiveWebhook,
  id: "receiveWebhookAtSegment",
  path: "/webhooks/{forge}/{segment}",
  summary: "The same, where the configuration demands a secret segment",
  params: z.strictObject({ forge: Forge, segment: z.string() }),
});
