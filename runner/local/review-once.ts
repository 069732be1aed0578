import { randomUUID } from "node:crypto";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Environment } from "#shared/config.ts";
import { CicdError } from "#shared/error.ts";
import type { JournalEvent } from "#shared/journal.ts";
import { noSpending, type Task, type TaskResult } from "#shared/task.ts";
import { credentialsOf } from "../broker/credentials.ts";
import { budgetLimits } from "../budget/limits.ts";
import { openDay, openTaskBudget } from "../budget/open.ts";
import { endOrphans } from "../claude/orphans.ts";
import type { RunnerConfig } from "../config.ts";
import { openConnector } from "../connect.ts";
import { placeFindings } from "../publish/place-findings.ts";
import type { Reviewed } from "../publish/published-review.ts";
import type { SessionContext } from "../review/in-session.ts";
import { runReview } from "../review/run-review.ts";
import { SessionManager } from "../session/manager.ts";
import { Workspaces } from "../session/workspaces.ts";
import { cliSettings } from "../settings.ts";
import { loadSkills } from "../skills/load-skills.ts";
import { taskSkills, tightened } from "../skills/task-skills.ts";
import { prepareStateDir } from "../state-dir.ts";
import type { Subject } from "../subject.ts";
import type { Checkout } from "../workspace/checkout.ts";

/** A change that is reviewed by itself, outside of any queue. */
export interface LocalChange {
  readonly subject: Subject;
  /** What somebody says to the reviewer besides; null where that is nothing. */
  readonly wish: string | null;
  /** It is known to change nothing. */
  readonly isEmpty: boolean;
  /** Lays it out in a folder of its own; `scratch` is for what that takes. */
  readonly prepare: (folder: string, scratch: string) => Promise<Checkout>;
}

/** How it is reviewed. */
export interface ReviewOnceOptions {
  readonly config: RunnerConfig;
  /** Whether it gets all tools of the configuration, as a pull request from no fork does. */
  readonly isTrusted?: boolean;
  /** The program's own environment. */
  readonly environment: Environment;
  /** Interrupts the turn, and ends the process with all that it has started. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: JournalEvent) => void;
}

/**
 * Reviews one change as a runner would, with a process that ends with it and in a folder that is
 * removed: nothing is queued, kept or published. Undefined when the change is none.
 * @throws CicdError `config_invalid` without a key for the model, and of what went wrong; the
 * signal's reason when it aborts.
 */
export async function reviewOnce(
  change: LocalChange,
  { config, isTrusted = false, environment, signal, onEvent }: ReviewOnceOptions,
): Promise<Reviewed | undefined> {
  if (change.isEmpty) return undefined;
  requireKey(config);
  await using undo = new AsyncDisposableStack();
  const scratch = await realpath(await mkdtemp(join(tmpdir(), "cicd-runner-review-")));
  undo.defer(() => rm(scratch, { recursive: true, force: true, maxRetries: 3 }));
  const stateDir = await prepareStateDir(join(scratch, "state"));
  // Whatever a process has left behind.
  undo.defer(async () => void (await endOrphans(stateDir)));
  const onError = () => {};
  const connector = undo.use(await openConnector(config, { stateDir, environment, onError }));
  const skills = taskSkills(await loadSkills(config.skills.dir), config.review.skills);
  const sessions = new SessionManager({
    store: nothingKept,
    workspaces: new Workspaces(stateDir),
    cli: cliSettings(config, connector.connect, skills),
    maxSessions: 1,
  });
  undo.defer(() => sessions.stop());
  await sessions.setMode("one_shot");

  const subject = isTrusted ? trusted(change.subject) : change.subject;
  const task = taskOf(change);
  const chosen = skills.of(task);
  const limits = budgetLimits(config);
  const checkouts: Checkout[] = [];
  const context: SessionContext = {
    sessions,
    subject,
    prepare: async (folder) => {
      const checkout = await change.prepare(folder, scratch);
      checkouts.push(checkout);
      if (checkout.files.length === 0) throw nothingChanged;
      return checkout;
    },
    lastReview: undefined,
    ...chosen,
    signal,
    turnTimeout: config.claude.timeout,
    budget: await openTaskBudget(task, {
      store: nothingSpent,
      limits: { ...limits, task: tightened(limits.task, chosen.skills) },
      day: await openDay(nothingSpent),
    }),
    onSpent: async () => {},
    onEvent,
  };
  try {
    return placed(await runReview(task, context), checkouts);
  } catch (error) {
    if (error === nothingChanged) return undefined;
    throw error;
  }
}

/** Ends the way to a turn, once the commits are there. */
const nothingChanged = new CicdError("invalid_request", "Nothing to review: nothing is changed");

function placed(result: TaskResult, checkouts: readonly Checkout[]): Reviewed {
  const [checkout] = checkouts;
  const isPlaceable = result.kind === "review" && checkout !== undefined;
  return { result, places: isPlaceable ? placeFindings(result.review, checkout) : [] };
}

function trusted({ pull_request, ...rest }: Subject): Subject {
  return { ...rest, pull_request: { ...pull_request, fork: false } };
}

function requireKey({ anthropic, claude }: RunnerConfig): void {
  if (credentialsOf(anthropic) !== undefined || claude.pass_environment.length > 0) return;
  throw new CicdError("config_invalid", "Cannot review: ANTHROPIC_API_KEY is not set", {
    hint: "Set it to a key of the model's API, or ANTHROPIC_AUTH_TOKEN to a gateway's, or name the CLI's other credentials in claude.pass_environment",
  });
}

/** The task that this would be; it stands in no store. */
function taskOf({ subject, wish }: LocalChange): Task {
  const { forge, repository, pull_request } = subject;
  const { number, title, body, fork } = pull_request;
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    session_id: randomUUID(),
    delivery_id: "terminal",
    kind: "review",
    state: "running",
    attempt: 1,
    event: {
      type: "check",
      forge,
      action: "rerequested",
      repository,
      pull_request: { number, title, body, fork, url: repository.clone_url },
      sender: { login: "", bot: false },
      check: { head_sha: pull_request.head.sha ?? "" },
    },
    message: wish,
    result: null,
    error: null,
    created_at: now,
    started_at: now,
    ended_at: null,
  };
}

/** A conversation that nobody comes back to needs no memory. */
const nothingKept = {
  session: async () => undefined,
  setConversation: async () => {},
  setWorkspace: async () => {},
  workspaces: async () => [],
  sessionsIdleSince: async () => [],
};

const nothingSpent = {
  spentByTask: async () => noSpending,
  spentBySession: async () => noSpending,
  spentSince: async () => noSpending,
};
