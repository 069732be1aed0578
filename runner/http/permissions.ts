import type { Hono } from "hono";
import type { PermissionAnswer } from "#shared/api.ts";
import { answerPermission, listPermissions } from "#shared/routes/tasks.ts";
import type { Store } from "../store/store.ts";
import type { RunnerEnv } from "./env.ts";
import { serve } from "./serve.ts";

/** What answering questions of the CLI needs. */
export interface PermissionOptions {
  readonly store: Pick<Store, "openPermissions">;
  readonly permissions: {
    /** @throws CicdError `not_found` for an unknown question, `conflict` when it is resolved. */
    answer(taskId: string, requestId: string, answer: PermissionAnswer): void;
  };
}

/** Lists what people are asked, and decides whether a tool may run that a person was asked about. */
export function servePermissions(
  app: Hono<RunnerEnv>,
  { store, permissions }: PermissionOptions,
): void {
  serve(app, listPermissions, async () => ({ permissions: await store.openPermissions() }));
  serve(app, answerPermission, async ({ params: { id, request_id }, body }) => {
    permissions.answer(id, request_id, body);
    return { request_id, behavior: body.behavior };
  });
}
