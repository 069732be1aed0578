import type { Work } from "./dispatch/run-attempt.ts";
import { runReview } from "./review/run-review.ts";
import type { SessionManager } from "./session/manager.ts";
import { workspaceFolder } from "./state-dir.ts";
import { prepareCheckout, removeCheckout } from "./workspace/checkout.ts";
import type { GitOptions } from "./workspace/git-options.ts";

/** What the work of tasks needs. Times in milliseconds, sizes in bytes. */
export interface WorkOptions {
  readonly sessions: SessionManager;
  readonly stateDir: string;
  readonly git: GitOptions;
  readonly maxDiffBytes: number;
  readonly turnTimeout: number;
}

/** Does what a task's kind asks for. */
export function taskWork({
  sessions,
  stateDir,
  git,
  maxDiffBytes,
  turnTimeout,
}: WorkOptions): Work {
  return async (task, { signal, onEvent }) => {
    const folder = workspaceFolder(stateDir, task.session_id);
    switch (task.kind) {
      case "review":
        return await runReview(task, {
          sessions,
          signal,
          onEvent,
          turnTimeout,
          prepare: async () => {
            const began = performance.now();
            const checkout = await prepareCheckout(task.event, {
              folder,
              git,
              signal,
              maxDiffBytes,
              onStep: (step) => onEvent({ type: "workspace.step", data: { step } }),
            });
            const { headSha, mergeBase, files, diffBytes } = checkout;
            onEvent({
              type: "workspace.ready",
              data: {
                head_sha: headSha,
                merge_base: mergeBase,
                files: files.length,
                diff_bytes: diffBytes,
                duration_ms: performance.now() - began,
              },
            });
            return checkout;
          },
        });
      case "close":
        await sessions.forget(task.session_id);
        await removeCheckout(folder);
        return { kind: "close" };
    }
  };
}
