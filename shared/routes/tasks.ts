import * as z from "zod";
import { CancelAnswer, PermissionAnswer, PermissionDecided, TaskList } from "../api.ts";
import { JournalEntry, JournalPage } from "../journal.ts";
import { OpenPermissions } from "../open-permission.ts";
import { none, nothing, route } from "../route.ts";
import { Task, TaskState } from "../task.ts";
import { Timeline } from "../timeline.ts";
import { Id, Limit, wholeNumber } from "./parts.ts";

/** `GET /v1/tasks`. */
export const listTasks = route({
  id: "listTasks",
  method: "GET",
  path: "/v1/tasks",
  access: "read",
  summary: "Tasks, newest first",
  params: none,
  query: z.strictObject({
    session_id: z.uuid().optional(),
    state: TaskState.optional(),
    limit: Limit,
  }),
  body: nothing,
  status: 200,
  answer: TaskList,
});

/** `GET /v1/tasks/{id}`. */
export const getTask = route({
  id: "getTask",
  method: "GET",
  path: "/v1/tasks/{id}",
  access: "link",
  summary: "A task with its result or error",
  description:
    "202 when the task is known by its link alone: it is still on its way to the runner, in the " +
    "queue of a Worker or at another edge.",
  params: Id,
  query: none,
  body: nothing,
  status: 200,
  answer: Task,
  also: { 202: z.object({ id: z.uuid(), state: z.literal("queued") }) },
  errors: ["not_found"],
});

/** `GET /v1/tasks/{id}/events`. */
export const followTask = route({
  id: "followTask",
  method: "GET",
  path: "/v1/tasks/{id}/events",
  access: "link",
  summary: "The journal of a task, live, to its terminal event",
  description:
    "Server-sent events: `id` is the place in the journal, from 1 without a gap, `event` its type, " +
    "`data` the entry. Goes on after `Last-Event-ID`, or `after`. An event `resync` says that the " +
    "journal does not reach to there: it begins again. 204 when nothing can follow any more. " +
    "A stream without events: the task is still on its way to the runner, come again.",
  params: Id,
  query: z.strictObject({
    after: wholeNumber("The last number that is known; `Last-Event-ID` goes before it", {
      minimum: 0,
      maximum: 999_999_999,
    }).optional(),
  }),
  body: nothing,
  status: 200,
  answer: JournalEntry,
  media: "text/event-stream",
  also: { 204: nothing },
  errors: ["not_found"],
});

/** `GET /v1/tasks/{id}/journal`. */
export const readJournal = route({
  id: "readJournal",
  method: "GET",
  path: "/v1/tasks/{id}/journal",
  access: "read",
  summary: "What the journal of a task holds now, a page at a time",
  params: Id,
  query: z.strictObject({
    after: wholeNumber("The last number that is known", {
      minimum: 0,
      maximum: 999_999_999,
    }).optional(),
    last: wholeNumber("Begin so many entries before its end, in place of `after`", {
      minimum: 1,
      maximum: 999_999_999,
    }).optional(),
    limit: Limit,
  }),
  body: nothing,
  status: 200,
  answer: JournalPage,
  errors: ["not_found"],
});

/** `GET /v1/tasks/{id}/timeline`. */
export const getTimeline = route({
  id: "getTimeline",
  method: "GET",
  path: "/v1/tasks/{id}/timeline",
  access: "read",
  summary: "Where the time of a task went",
  params: Id,
  query: none,
  body: nothing,
  status: 200,
  answer: Timeline,
  errors: ["not_found"],
});

/** `GET /v1/permissions`. */
export const listPermissions = route({
  id: "listPermissions",
  method: "GET",
  path: "/v1/permissions",
  access: "read",
  summary: "Questions about tools that wait for a person, the oldest first",
  params: none,
  query: none,
  body: nothing,
  status: 200,
  answer: OpenPermissions,
});

/** `POST /v1/tasks/{id}/cancel`. */
export const cancelTask = route({
  id: "cancelTask",
  method: "POST",
  path: "/v1/tasks/{id}/cancel",
  access: "write",
  summary: "Ends a task that is queued or runs",
  params: Id,
  query: none,
  body: nothing,
  status: 200,
  answer: CancelAnswer,
  errors: ["not_found"],
});

/** `POST /v1/tasks/{id}/permissions/{request_id}`. */
export const answerPermission = route({
  id: "answerPermission",
  method: "POST",
  path: "/v1/tasks/{id}/permissions/{request_id}",
  access: "write",
  summary: "Decides whether a tool may run that people were asked about",
  params: Id.extend({ request_id: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/) }),
  query: none,
  body: PermissionAnswer,
  status: 200,
  answer: PermissionDecided,
  errors: ["not_found", "conflict", "host_silent"],
});
