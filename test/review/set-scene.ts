import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ReviewContext, runReview } from "#runner/review/run-review.ts";
import { SessionManager } from "#runner/session/manager.ts";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { Task, TaskResult } from "#shared/task.ts";
import { accepted, claimed } from "../store/drive.ts";
import { tempFolder } from "../temp-folder.ts";
import { type Heard, prepareTalk, readHeard, type Step } from "./talk.ts";

const program = new URL("talking-cli.ts", import.meta.url).pathname;

/** A task that runs, and sessions whose processes talk as the scene says. */
export interface Scene extends AsyncDisposable {
  readonly task: Task;
  readonly sessions: SessionManager;
  /** All that reviews have journaled. */
  readonly events: JournalEvent[];
  /** Reviews an empty change. */
  review(context?: Partial<ReviewContext>, task?: Task): Promise<TaskResult>;
  /** What the processes were told, in order. */
  heard(): Heard[];
}

/** Sets a scene: the first step is for the first message, and so on. */
export async function setScene(...steps: readonly Step[]): Promise<Scene> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder()).path;
  const tree = join(folder, "tree");
  await mkdir(tree);
  prepareTalk(folder, steps);
  const store = undo.use(new SqliteStore({ folder, host: "test-host" }));
  await accepted(store);
  const { task } = await claimed(store);
  const sessions = new SessionManager({
    store,
    maxSessions: 2,
    cli: {
      executable: await executable(folder),
      environment: {},
      startupTimeout: 20_000,
      patience: 5000,
      model: "sonnet",
      maxTurns: 3,
      instructions: "Review.",
    },
  });
  undo.defer(() => sessions.stop());
  const events: JournalEvent[] = [];
  const context: ReviewContext = {
    sessions,
    prepare: async () => ({ ...noChange, tree }),
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
    heard: () => readHeard(folder),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const noChange = {
  headSha: "a".repeat(40),
  mergeBase: "c".repeat(40),
  files: [],
  diff: "",
  diffBytes: 0,
  truncated: false,
};

/** The talking CLI as one file, as a CLI is given. */
async function executable(folder: string): Promise<string> {
  const path = join(folder, "claude");
  const script = `#!/bin/sh\nexec '${process.execPath}' '${program}' '${folder}' "$@"\n`;
  await writeFile(path, script, { mode: 0o755 });
  return path;
}
