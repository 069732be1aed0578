import type { Task, TaskResult } from "#shared/task.ts";
import { type People, requireAllowed } from "./authorize.ts";
import type { DaySpending } from "./budget/day-spending.ts";
import type { BudgetLimits } from "./budget/limits.ts";
import { openTaskBudget } from "./budget/open.ts";
import type { UserMessage } from "./claude/input.ts";
import type { Work, WorkContext } from "./dispatch/run-attempt.ts";
import { help } from "./help.ts";
import type { FailedLogs, ShownLog } from "./logs/failed-logs.ts";
import type { Permissions } from "./permission/permissions.ts";
import { isAnswered } from "./publish/answered-task.ts";
import { placeFindings } from "./publish/place-findings.ts";
import { publishedAnswer } from "./publish/published-answer.ts";
import { type Announced, publishedReview, type Reviewed } from "./publish/published-review.ts";
import type { Publisher } from "./publish/publisher.ts";
import { answerQuestion } from "./review/answer-question.ts";
import type { SessionContext } from "./review/in-session.ts";
import { lastReviewAmong } from "./review/last-review.ts";
import type { ReviewCache } from "./review/review-cache.ts";
import { reviewOrRecall } from "./review/review-or-recall.ts";
import type { SessionManager } from "./session/manager.ts";
import { type TaskSkills, tightened } from "./skills/task-skills.ts";
import type { Store } from "./store/store.ts";
import { subjectOf } from "./subject.ts";
import type { ShownOptions } from "./workspace/change-set.ts";
import { checkPatch } from "./workspace/check-patch.ts";
import { prepareCheckout } from "./workspace/checkout.ts";
import type { GitOptions } from "./workspace/git-options.ts";
import type { Mirrors } from "./workspace/mirrors.ts";
import { requireWritable, wishToWrite, writeTests } from "./write-tests.ts";

/** What the work of tasks needs. Times in milliseconds, sizes in bytes. */
export interface WorkOptions extends ShownOptions {
  readonly store: Pick<
    Store,
    "tasks" | "journal" | "addUsage" | "spentByTask" | "spentBySession" | "spentSince"
  >;
  readonly sessions: SessionManager;
  readonly git: GitOptions;
  readonly mirrors: Mirrors;
  readonly maxCheckoutBytes: number;
  readonly turnTimeout: number;
  readonly limits: BudgetLimits;
  readonly skills: Pick<TaskSkills, "of">;
  /** Globs of the files that proposed tests may add or change. */
  readonly testPaths: readonly string[];
  /** Whether those may be put on branches. */
  readonly mayWriteTests: boolean;
  readonly day: DaySpending;
  readonly permissions: Permissions;
  readonly publisher: Publisher;
  readonly cache: ReviewCache;
  /** Asked about commands that the edge could not verify. */
  readonly people: People;
  /** Asked about pipelines that failed. */
  readonly logs: FailedLogs;
}

/** Does what a task's kind asks for. */
export function taskWork(options: WorkOptions): Work {
  return async (task, context) => {
    const { publisher, people } = options;
    const { signal, owePage, checkHeld } = context;
    const page = publisher.openPage(task.event, { signal, beforeWrite: checkHeld });
    // Before anything can go wrong that whoever asked has to hear of.
    if (page !== undefined && isAnswered(task)) await owePage();
    await requireAllowed(task, people, signal);
    switch (task.kind) {
      case "review":
        return await reviewed(task, context, options);
      case "ask":
      case "analyze":
      case "test":
      case "help":
        return await answered(task, context, options);
      case "cancel":
        // It was done when the task was taken in.
        return { kind: "answer", text: "Nothing runs or waits for this pull request any more." };
      case "close":
        await options.sessions.discard(task.session_id);
        return { kind: "close" };
    }
  };
}

/** Answers, and says what an earlier attempt or this one has to say where it was asked. */
async function answered(
  task: Task,
  context: WorkContext,
  options: WorkOptions,
): Promise<TaskResult> {
  const earlier = await earlierAttempts(task.id, options.store);
  const wish = wishToWrite(task);
  const writing = { ...options, text: options.publisher.text };
  const run = async (): Promise<TaskResult> => {
    if (task.kind === "help") return await help(task, options.store);
    const shown = await shownFor(task, context, options);
    const session = await sessionContext(task, context, options, earlier);
    if (wish === undefined) return await answerQuestion(task, { ...session, shown });
    // Before the model is asked for what then can't be written.
    await requireWritable(task, session.subject, writing, context.signal);
    return await answerQuestion({ ...task, message: wish || null }, { ...session, shown });
  };
  const complete = async (result: TaskResult) =>
    wish === undefined ? result : await writeTests(task, result, writing, context);
  const source = { stored: earlier.stored?.result, run, complete };
  return await publishedAnswer(task, context, source, options.publisher);
}

/** The logs of a pipeline that failed, for a skill that wants them. */
async function shownFor(
  task: Task,
  { signal }: WorkContext,
  { skills, logs }: WorkOptions,
): Promise<ShownLog[]> {
  const { event } = task;
  const wantsLog = skills.of(task).skills.some(({ inputs }) => inputs.includes("log"));
  return wantsLog && event.type === "pipeline" ? await logs(event, signal) : [];
}

/** Reviews, and publishes what an earlier attempt or this one has found. */
async function reviewed(
  task: Task,
  context: WorkContext,
  options: WorkOptions,
): Promise<TaskResult> {
  const earlier = await earlierAttempts(task.id, options.store);
  const run = async (announced: Announced): Promise<Reviewed> => {
    const session = await sessionContext(task, context, options, earlier);
    const prepare = async (folder: string) => {
      const checkout = await session.prepare(folder);
      await announced(checkout.headSha);
      return checkout;
    };
    const { result, checkout } = await reviewOrRecall(
      task,
      { ...session, prepare },
      { cache: options.cache, isForced: earlier.isForced, checkHeld: context.checkHeld },
    );
    return {
      result,
      places: result.kind === "review" ? placeFindings(result.review, checkout) : [],
    };
  };
  return await publishedReview(task, context, { stored: earlier.stored, run }, options.publisher);
}

async function sessionContext(
  task: Task,
  { signal, onEvent, traceparent }: WorkContext,
  options: WorkOptions,
  { received }: Earlier,
): Promise<SessionContext> {
  const { store, sessions, turnTimeout, day, permissions } = options;
  const { skills, tools } = options.skills.of(task);
  const limits = { ...options.limits, task: tightened(options.limits.task, skills) };
  const ofSession = { sessionId: task.session_id, state: "succeeded", kind: "review" } as const;
  const [reviews, subject, budget] = await Promise.all([
    store.tasks({ ...ofSession, limit: 1 }),
    subjectOf(task, store),
    openTaskBudget(task, { store, limits, day }),
  ]);
  const lastReview = lastReviewAmong(reviews);
  const prepare = async (folder: string) => {
    const began = performance.now();
    const checkout = await prepareCheckout(subject, {
      ...options,
      folder,
      signal,
      reviewedSha: lastReview?.headSha,
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
    subject,
    prepare,
    lastReview,
    received,
    traceparent,
    skills,
    tools,
    checkPatch: (folder, patch) =>
      checkPatch(subject, patch, { ...options, folder, signal, paths: options.testPaths }),
    signal,
    turnTimeout,
    budget,
    onSpent: async (spending) => {
      const isNothing = Object.values(spending).every((figure) => figure === 0);
      if (!isNothing) await store.addUsage(task.id, task.session_id, spending);
    },
    onEvent,
    onPermission: (request, over) => permissions.ask(task.id, request, { over, onEvent }),
  };
}

/** What earlier attempts of a task have left in its journal. */
interface Earlier {
  /** What people said into them: they may have ended before it was heeded. */
  readonly received: readonly UserMessage[];
  /** The result of one, or of the task that this one repeats, when only publishing it failed. */
  readonly stored: Reviewed | undefined;
  /** Whoever asked wants the model asked, whatever was reviewed before. */
  readonly isForced: boolean;
  /** The tasks that ended for this one. */
  readonly supersedes: readonly string[];
}

/** The same, with what people said into the tasks that were superseded on the way to this one. */
async function earlierAttempts(taskId: string, store: Pick<Store, "journal">): Promise<Earlier> {
  const own = await leftIn(taskId, store);
  const received = new Map(own.received.map((message) => [message.uuid, message]));
  const superseded = new Set(own.supersedes);
  // Goes on through what is added meanwhile.
  for (const id of superseded) {
    const before = await leftIn(id, store);
    for (const message of before.received) received.set(message.uuid, message);
    for (const earlier of before.supersedes) superseded.add(earlier);
  }
  return { ...own, received: inOrder([...received.values()]) };
}

async function leftIn(taskId: string, store: Pick<Store, "journal">): Promise<Earlier> {
  const received: UserMessage[] = [];
  let stored: Reviewed | undefined;
  let isForced = false;
  let supersedes: readonly string[] = [];
  for (let after = 0; ; ) {
    const entries = await store.journal(taskId, after, journalPage);
    for (const { type, data } of entries) {
      if (type === "message.received") received.push({ uuid: data.message_id, text: data.text });
      if (type === "result.stored") stored = data;
      if (type !== "task.queued") continue;
      isForced = data.force === true;
      supersedes = data.supersedes ?? [];
      if (data.replay_of === undefined) continue;
      // It failed in publishing: a repeat of it has nothing else to do.
      const repeated = await leftIn(data.replay_of, store);
      stored = repeated.stored;
      isForced = repeated.isForced;
    }
    if (entries.length < journalPage) return { received, stored, isForced, supersedes };
    after += entries.length;
  }
}

/** As they were said: their ids begin with the time. */
function inOrder(messages: readonly UserMessage[]): UserMessage[] {
  return messages.toSorted((one, other) => (one.uuid < other.uuid ? -1 : 1));
}

/** How many entries of a journal are read at once. */
const journalPage = 500;
