import * as z from "zod";
import { TaskList } from "../api.ts";
import { errorCodes } from "../error.ts";
import { none, nothing, route } from "../route.ts";
import { Limit } from "./parts.ts";

/** Which failed tasks are meant; all, when it says nothing. */
const filter = {
  code: z.enum(errorCodes).optional().meta({ description: "The code that the task failed with" }),
  repository: z
    .string()
    .regex(/^[^/\s]+(?:\/[^/\s]+)+$/, "must be <owner>/<name>")
    .optional()
    .meta({ description: "`<owner>/<name>`, on any forge" }),
  since: z.iso
    .datetime({ offset: true })
    .optional()
    .meta({ description: "Failed at that time or later" }),
};

/** A replay of one dead letter; `duplicate` names the one before, which has not ended yet. */
const Replay = z.object({
  outcome: z.enum(["accepted", "duplicate"]),
  task_id: z.uuid(),
  session_id: z.uuid(),
});

/** What became of all that were to be replayed. */
const Replays = z.object({
  replays: z.array(Replay.extend({ dead_letter: z.uuid() })),
  /** The queue has no more room, or there were more than `limit`: some are left. */
  more: z.boolean(),
});

/** `GET /v1/dead-letters`. */
export const listDeadLetters = route({
  id: "listDeadLetters",
  method: "GET",
  path: "/v1/dead-letters",
  access: "admin",
  summary: "Tasks that failed and were not replayed, the latest first",
  params: none,
  query: z.strictObject({ ...filter, limit: Limit }),
  body: nothing,
  status: 200,
  answer: TaskList,
});

/** `POST /v1/dead-letters/{task_id}/replay`. */
export const replayDeadLetter = route({
  id: "replayDeadLetter",
  method: "POST",
  path: "/v1/dead-letters/{task_id}/replay",
  access: "admin",
  summary: "Queues a failed task again, as a new one",
  params: z.strictObject({ task_id: z.uuid() }),
  query: none,
  body: nothing,
  status: 202,
  answer: Replay,
  errors: ["not_found", "conflict", "queue_full", "shutting_down"],
});

/** `POST /v1/dead-letters/replay`. */
export const replayDeadLetters = route({
  id: "replayDeadLetters",
  method: "POST",
  path: "/v1/dead-letters/replay",
  access: "admin",
  summary: "Queues all again that pass a filter, as long as there is room, the latest first",
  params: none,
  query: none,
  body: z.strictObject({ ...filter, limit: z.int().min(1).max(500).optional() }),
  status: 202,
  answer: Replays,
  errors: ["shutting_down"],
});
