import * as z from "zod";
import { MessageAnswer, MessageBody, SessionList } from "../api.ts";
import { none, nothing, route } from "../route.ts";
import { SessionDetail } from "../session.ts";
import { Id, Limit } from "./parts.ts";
import { withLinks } from "./with-links.ts";

/** `GET /v1/sessions`. */
export const listSessions = route({
  id: "listSessions",
  method: "GET",
  path: "/v1/sessions",
  access: "read",
  summary: "Sessions, the most recently active first",
  params: none,
  query: z.strictObject({ limit: Limit }),
  body: nothing,
  status: 200,
  answer: SessionList,
});

/** `GET /v1/sessions/{id}`. */
export const getSession = route({
  id: "getSession",
  method: "GET",
  path: "/v1/sessions/{id}",
  access: "read",
  summary: "A session, and what all its tasks took of the model",
  params: Id,
  query: none,
  body: nothing,
  status: 200,
  answer: SessionDetail,
  errors: ["not_found"],
});

/** `DELETE /v1/sessions/{id}`. */
export const endSession = route({
  id: "endSession",
  method: "DELETE",
  path: "/v1/sessions/{id}",
  access: "write",
  summary: "Ends the process of a session, whose conversation can be resumed",
  params: Id,
  query: none,
  body: nothing,
  status: 204,
  answer: nothing,
  errors: ["not_found", "conflict", "host_silent"],
});

/** What the runner takes of {@link sendMessage}. */
export const takeMessage = route({
  id: "sendMessage",
  method: "POST",
  path: "/v1/sessions/{id}/messages",
  access: "write",
  summary: "Says something into the turn that runs, or asks behind the tasks that wait",
  params: Id,
  query: none,
  body: MessageBody,
  status: 202,
  once: true,
  answer: MessageAnswer,
  errors: ["not_found", "queue_full", "shutting_down", "host_silent"],
});

/** `POST /v1/sessions/{id}/messages` as the edge answers it. */
export const sendMessage = withLinks(takeMessage);
