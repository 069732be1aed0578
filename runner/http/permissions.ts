import type { Hono } from "hono";
import type { PermissionAnswer } from "#shared/api.ts";
import { answerPermission } from "#shared/routes/tasks.ts";
import type { RunnerEnv } from "./env.ts";
import { serve } from "./serve.ts";

/** What answering questions of the CLI needs. */
export interface PermissionOptions {
  readonly permissions: {
    /** @throws CicdError `not_found` for an unknown question, `conflict` when it is resolved. */
    answer(taskId: string, requestId: string, answer: PermissionAnswer): void;
  };
}

/** Decides whether a tool may run that a person was asked about. */
export function servePermissions(app: Hono<RunnerEnv>, { permissions }: PermissionOptions): void {
  serve(app, answerPermission, async ({ params: { id, request_id }, body }) => {
    permissions.answer(id, request_id, body);
    return { request_id, behavior: body.behavior };
  });
}
