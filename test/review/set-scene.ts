import { join } from "node:path";
import { openDay, openTaskBudget } from "#runner/budget/open.ts";
import { answerQuestion } from "#runner/review/answer-question.ts";
import type { SessionContext } from "#runner/review/in-session.ts";
import { runReview } from "#runner/review/run-review.ts";
import { SessionManager } from "#runner/session/manager.ts";
import { Workspaces } from "#runner/session/workspaces.ts";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { Task, TaskKind, TaskResult } from "#shared/task.ts";
import { pullRequestEvent } from "../shared/pull-request-event.ts";
import { accepted, claimed } from "../store/drive.ts";
import { tempFolder } from "../temp-folder.ts";
import { noChange } from "./no-change.ts";
import { type Heard, prepareTalk, readHeard, type Step } from "./talk.ts";
import { talkingExecutable } from "./talking-executable.ts";

/** A task that runs, and sessions whose processes talk as the scene says. */
export interface Scene extends AsyncDisposable {
  readonly task: Task;
  readonly sessions: SessionManager;
  /** All that reviews have journaled. */
  readonly events: JournalEvent[];
  /** Reviews an empty change. */
  review(context?: Partial<SessionContext>, task?: Task): Promise<TaskResult>;
  /** Answers a question about it, or does what else is answered. */
  ask(question: string, context?: Partial<SessionContext>, kind?: TaskKind): Promise<TaskResult>;
  /** Does what a task asks for that is no review. */
  answer(task: Task, context?: Partial<SessionContext>): Promise<TaskResult>;
  /** What the processes were told, in order. */
  heard(): Heard[];
}

/** Sets a scene: the first step is for the first message, and so on. */
export async function setScene(...steps: readonly Step[]): Promise<Scene> {
  return await setWatchedScene(60_000, ...steps);
}

/** The same with processes that may say nothing for so many milliseconds. */
export async function setWatchedScene(
  silenceTimeout: number,
  ...steps: readonly Step[]
): Promise<Scene> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder()).path;
  prepareTalk(folder, steps);
  const store = undo.use(new SqliteStore({ folder, host: "test-host" }));
  await accepted(store);
  const { task } = await claimed(store);
  const sessions = new SessionManager({
    store,
    maxSessions: 2,
    workspaces: new Workspaces(folder),
    cli: {
      executable: await talkingExecutable(folder),
      connect: () => ({ environment: {}, [Symbol.dispose]: () => {} }),
      startupTimeout: 20_000,
      patience: 5000,
      silenceTimeout,
      model: "sonnet",
      maxTurns: 3,
      instructions: "Review.",
    },
  });
  undo.defer(() => sessions.stop());
  const events: JournalEvent[] = [];
  const context: SessionContext = {
    sessions,
    subject: pullRequestEvent(),
    prepare: async (workspace) => ({ ...noChange, tree: join(workspace, "tree") }),
    lastReview: undefined,
    budget: await openTaskBudget(task, { store, limits, day: await openDay(store) }),
    onSpent: (spending) => store.addUsage(task.id, task.session_id, spending),
    signal: new AbortController().signal,
    turnTimeout: 60_000,
    onEvent: (event) => events.push(event),
  };
  const resources = undo.move();
  return {
    task,
    sessions,
    events,
    review: (more, of = task) => runReview(of, { ...context, ...more }),
    ask: (message, more, kind = "ask") =>
      answerQuestion({ ...task, kind, message }, { ...context, ...more }),
    answer: (of, more) => answerQuestion(of, { ...context, ...more }),
    heard: () => readHeard(folder),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const limits = { task: {}, session: {}, day: {} };
