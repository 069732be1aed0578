import type { Handler } from "hono";
import { PermissionAnswer, type PermissionDecided } from "#shared/api.ts";
import type { RunnerEnv } from "./env.ts";
import { readJson } from "./read-json.ts";

/** What answering questions of the CLI needs. */
export interface PermissionOptions {
  readonly permissions: {
    /** @throws CicdError `not_found` for an unknown question, `conflict` when it is resolved. */
    answer(taskId: string, requestId: string, answer: PermissionAnswer): void;
  };
}

/** `POST /v1/tasks/:id/permissions/:request`: whether a tool may run that a person was asked about. */
export function answerPermission({
  permissions,
}: PermissionOptions): Handler<RunnerEnv, "/tasks/:id/permissions/:request"> {
  return async (c) => {
    const request = c.req.param("request");
    const answer = await readJson(c, PermissionAnswer, "answer");
    permissions.answer(c.req.param("id"), request, answer);
    const decided: PermissionDecided = { request_id: request, behavior: answer.behavior };
    return c.json(decided);
  };
}
