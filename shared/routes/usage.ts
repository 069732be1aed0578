import * as z from "zod";
import { none, nothing, route } from "../route.ts";
import { Usages } from "../usage.ts";
import { wholeNumber } from "./parts.ts";

/** How many days are told of without a number. */
export const defaultDays = 30;

/** `GET /v1/usage`. */
export const listUsage = route({
  id: "listUsage",
  method: "GET",
  path: "/v1/usage",
  access: "read",
  summary: "What each day took of the model, and how its tasks ended",
  description: "Days are of UTC. Tasks count as long as they are kept, what was spent for ever.",
  params: none,
  query: z.strictObject({
    days: wholeNumber(`How many, up to today; default ${defaultDays}`, {
      minimum: 1,
      maximum: 366,
    }).optional(),
  }),
  body: nothing,
  status: 200,
  answer: Usages,
});
