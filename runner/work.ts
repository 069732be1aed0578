import type { Review } from "#shared/review.ts";
import type { Task } from "#shared/task.ts";
import type { DaySpending } from "./budget/day-spending.ts";
import type { BudgetLimits } from "./budget/limits.ts";
import { openTaskBudget } from "./budget/open.ts";
import type { UserMessage } from "./claude/input.ts";
import type { Work } from "./dispatch/run-attempt.ts";
import type { Permissions } from "./permission/permissions.ts";
import { answerQuestion } from "./review/answer-question.ts";
import type { SessionContext } from "./review/in-session.ts";
import { runReview } from "./review/run-review.ts";
import type { SessionManager } from "./session/manager.ts";
import type { Store } from "./store/store.ts";
import { prepareCheckout } from "./workspace/checkout.ts";
import type { GitOptions } from "./workspace/git-options.ts";
import type { Mirrors } from "./workspace/mirrors.ts";

/** What the work of tasks needs. Times in milliseconds, sizes in bytes. */
export interface WorkOptions {
  readonly store: Pick<Store, "tasks" | "journal" | "addUsage" | "spentByTask" | "spentBySession">;
  readonly sessions: SessionManager;
  readonly git: GitOptions;
  readonly mirrors: Mirrors;
  readonly maxCheckoutBytes: number;
  readonly maxDiffBytes: number;
  readonly turnTimeout: number;
  readonly limits: BudgetLimits;
  readonly day: DaySpending;
  readonly permissions: Permissions;
}

/** Does what a task's kind asks for. */
export function taskWork(options: WorkOptions): Work {
  return async (task, context) => {
    switch (task.kind) {
      case "review":
        return await runReview(task, await sessionContext(task, context, options));
      case "ask":
        return await answerQuestion(task, await sessionContext(task, context, options));
      case "close":
        await options.sessions.discard(task.session_id);
        return { kind: "close" };
    }
  };
}

async function sessionContext(
  task: Task,
  { signal, onEvent }: Parameters<Work>[1],
  options: WorkOptions,
): Promise<SessionContext> {
  const { store, sessions, turnTimeout, limits, day, permissions } = options;
  const prepare = async (folder: string) => {
    const began = performance.now();
    const checkout = await prepareCheckout(task.event, {
      ...options,
      folder,
      signal,
      onStep: (step) => onEvent({ type: "workspace.step", data: { step } }),
      onProgress: (progress) => onEvent({ type: "workspace.progress", data: progress }),
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
  };
  return {
    sessions,
    prepare,
    lastReview: () => lastReviewOf(task.session_id, store),
    received: await receivedBefore(task.id, store),
    signal,
    turnTimeout,
    budget: await openTaskBudget(task, { store, limits, day }),
    onSpent: async (spending) => {
      const isNothing = Object.values(spending).every((figure) => figure === 0);
      if (!isNothing) await store.addUsage(task.id, task.session_id, spending);
    },
    onEvent,
    onPermission: (request, over) => permissions.ask(task.id, request, { over, onEvent }),
  };
}

/** What people said into earlier attempts: those may have ended before it was heeded. */
async function receivedBefore(
  taskId: string,
  store: Pick<Store, "journal">,
): Promise<UserMessage[]> {
  const received: UserMessage[] = [];
  for (let after = 0; ; ) {
    const entries = await store.journal(taskId, after, journalPage);
    for (const { type, data } of entries) {
      if (type === "message.received") received.push({ uuid: data.message_id, text: data.text });
    }
    if (entries.length < journalPage) return received;
    after += entries.length;
  }
}

/** How many entries of a journal are read at once. */
const journalPage = 500;

async function lastReviewOf(
  sessionId: string,
  store: Pick<Store, "tasks">,
): Promise<Review | undefined> {
  // Most recent first; questions and closing have no review.
  const tasks = await store.tasks({ sessionId, state: "succeeded", limit: 100 });
  for (const { result } of tasks) if (result?.kind === "review") return result.review;
  return undefined;
}
