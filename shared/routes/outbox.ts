import * as z from "zod";
import { Forge } from "../event.ts";
import { DeadLetterList, ReplayAnswer } from "../outbox.ts";
import { none, nothing, route } from "../route.ts";
import { DeliveryId } from "./parts.ts";

/** `GET /v1/outbox/dead`. */
export const listUndelivered = route({
  id: "listUndelivered",
  method: "GET",
  path: "/v1/outbox/dead",
  access: "admin",
  summary: "Deliveries that the runner refused time and again, the oldest first, 500 at most",
  params: none,
  query: none,
  body: nothing,
  status: 200,
  answer: DeadLetterList,
  errors: ["store_unavailable"],
});

/** `POST /v1/outbox/dead/replay`. */
export const replayAllUndelivered = route({
  id: "replayAllUndelivered",
  method: "POST",
  path: "/v1/outbox/dead/replay",
  access: "admin",
  summary: "Hands all of them to the runner again",
  params: none,
  query: none,
  body: nothing,
  status: 200,
  answer: ReplayAnswer,
  errors: ["store_unavailable"],
});

/** `POST /v1/outbox/dead/{delivery_id}/replay`. */
export const replayUndelivered = route({
  id: "replayUndelivered",
  method: "POST",
  path: "/v1/outbox/dead/{delivery_id}/replay",
  access: "admin",
  summary: "Hands one of them to the runner again",
  params: z.strictObject({ delivery_id: DeliveryId }),
  query: z.strictObject({
    forge: Forge.meta({
      description: "Where two forges have the same id; default: all",
    }).optional(),
  }),
  body: nothing,
  status: 200,
  answer: ReplayAnswer,
  errors: ["not_found", "store_unavailable"],
});
