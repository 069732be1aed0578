import type { SQLInputValue } from "node:sqlite";
import { v7 } from "uuid";
import type { HandOff } from "#shared/api.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { Spending } from "#shared/task.ts";
import { enqueueTask } from "./enqueue.ts";
import { enqueueQuestion } from "./enqueue-question.ts";
import { appendEvents, readEvents } from "./journal-table.ts";
import { closeDatabases, type Databases, openDatabases } from "./open.ts";
import { listOwedPages, setPageOwed } from "./page-table.ts";
import { prepared } from "./prepared.ts";
import { toInterruption, toSession, toTask } from "./rows.ts";
import {
  listIdleSessions,
  listSessions,
  listWorkspaces,
  setConversation,
  setWorkspace,
} from "./session-table.ts";
import { Signals } from "./signals.ts";
import type {
  Admission,
  Asked,
  Claim,
  Conversation,
  Interruption,
  Outcome,
  QueueStats,
  SessionRecord,
  Store,
  TaskFilter,
  Watch,
} from "./store.ts";
import { claimTask, endingOf, endTask, listTasks, reapTasks, requeueTask } from "./task-table.ts";
import { reading, transaction } from "./transaction.ts";
import { addUsage, type LedgerFilter, sumUsage } from "./usage-table.ts";

/** What an embedded store needs. */
export interface SqliteStoreOptions {
  /** The folder of the database; made when it is missing. */
  folder: string;
  /** How this host calls itself in journals. */
  host: string;
  /** Epoch milliseconds. */
  now?: () => number;
}

/**
 * The embedded store: SQLite in one folder, one program at a time. Opening it settles what an
 * earlier run left running.
 */
export class SqliteStore implements Store {
  readonly #databases: Databases;
  readonly #signals = new Signals();
  readonly #host: string;
  readonly #now: () => number;

  constructor({ folder, host, now = Date.now }: SqliteStoreOptions) {
    this.#databases = openDatabases(folder);
    this.#host = host;
    this.#now = now;
    try {
      this.#write(() => reapTasks(this.#durable, this.#now()));
    } catch (error) {
      closeDatabases(this.#databases);
      throw error;
    }
  }

  async enqueue(handOff: HandOff, { limit }: { limit: number }): Promise<Admission> {
    const { admission, touched } = this.#write(() =>
      enqueueTask(this.#durable, handOff, { limit, now: this.#now() }),
    );
    for (const id of touched) this.#signals.notify(taskTopic(id));
    if (admission.outcome === "accepted") this.#signals.notify(queueTopic);
    return admission;
  }

  async ask(
    sessionId: string,
    question: { taskId: string; text: string },
    { limit }: { limit: number },
  ): Promise<Asked | undefined> {
    const asked = this.#write(() =>
      enqueueQuestion(this.#durable, sessionId, { ...question, limit, now: this.#now() }),
    );
    if (asked?.outcome === "accepted") this.#signals.notify(queueTopic);
    return asked;
  }

  async claim(): Promise<Claim | undefined> {
    return this.#write(() => {
      const owner = v7();
      const row = claimTask(this.#durable, owner, this.#now());
      if (row === undefined) return undefined;
      const task = toTask(row);
      const started = { attempt: task.attempt, host: this.#host };
      appendEvents(this.#durable, task.id, [{ type: "task.started", data: started }], this.#now());
      this.#signals.notify(taskTopic(task.id));
      return { task, fence: { owner, attempt: task.attempt } };
    });
  }

  async append(claim: Claim, events: readonly JournalEvent[]): Promise<boolean> {
    const { relaxed } = this.#databases;
    const held = transaction(relaxed, () => {
      if (!this.#holds(claim)) return false;
      appendEvents(relaxed, claim.task.id, events, this.#now());
      return true;
    });
    if (held) this.#signals.notify(taskTopic(claim.task.id));
    return held;
  }

  async finish(claim: Claim, outcome: Outcome): Promise<boolean> {
    const { id } = claim.task;
    const held = this.#write(() => {
      if (!this.#holds(claim)) return false;
      const now = this.#now();
      const interruption = this.#interruption(id);
      const goesOn = outcome.state === "queued" || outcome.state === "released";
      if (!goesOn) {
        endTask(this.#durable, id, outcome, now);
      } else if (interruption !== undefined) {
        endTask(this.#durable, id, endingOf(interruption), now);
      } else if (outcome.state === "queued") {
        const { delay, error } = outcome;
        const retrying = { attempt: claim.fence.attempt, delay_ms: delay, error };
        appendEvents(this.#durable, id, [{ type: "task.retrying", data: retrying }], now);
        requeueTask(this.#durable, id, { delay, now, countAttempt: true });
      } else {
        requeueTask(this.#durable, id, { delay: 0, now, countAttempt: false });
      }
      prepared(this.#durable, "UPDATE session SET active_at = ? WHERE id = ?").run(
        now,
        claim.task.session_id,
      );
      return true;
    });
    this.#signals.notify(taskTopic(id));
    this.#signals.notify(queueTopic);
    return held;
  }

  async cancel(taskId: string, reason: string) {
    const outcome = this.#write(() => {
      const row = prepared(this.#durable, "SELECT state FROM task WHERE id = ?").get(taskId);
      if (row === undefined) return undefined;
      if (row.state === "queued") {
        endTask(this.#durable, taskId, { state: "cancelled", reason }, this.#now());
        return "removed" as const;
      }
      if (row.state !== "running") return "ended" as const;
      const interruption: Interruption = { kind: "cancelled", reason };
      prepared(
        this.#durable,
        "UPDATE task SET interruption = coalesce(interruption, ?) WHERE id = ?",
      ).run(JSON.stringify(interruption), taskId);
      return "signalled" as const;
    });
    this.#signals.notify(taskTopic(taskId));
    this.#signals.notify(queueTopic);
    return outcome;
  }

  async interruption(taskId: string): Promise<Interruption | undefined> {
    return this.#interruption(taskId);
  }

  async task(id: string) {
    const row = this.#get("SELECT * FROM task WHERE id = ?", id);
    return row === undefined ? undefined : toTask(row);
  }

  async tasks(filter: TaskFilter) {
    return reading(() => listTasks(this.#durable, filter)).map(toTask);
  }

  async taskOfDelivery(deliveryKey: string) {
    const row = this.#get(
      "SELECT t.* FROM task t JOIN delivery d ON d.task = t.id WHERE d.id = ?",
      deliveryKey,
    );
    return row === undefined ? undefined : toTask(row);
  }

  async journal(taskId: string, after: number, limit: number) {
    const row = this.#get("SELECT session FROM task WHERE id = ?", taskId);
    if (row === undefined) return [];
    const task = { id: taskId, sessionId: String(row.session) };
    return reading(() => readEvents(this.#durable, task, after, limit));
  }

  async owePage(claim: Claim): Promise<boolean> {
    return this.#write(() => {
      if (!this.#holds(claim)) return false;
      setPageOwed(this.#durable, claim.task.id, true);
      return true;
    });
  }

  async owedPages(limit: number) {
    return reading(() => listOwedPages(this.#durable, limit)).map(toTask);
  }

  async settlePage(taskId: string): Promise<void> {
    this.#write(() => setPageOwed(this.#durable, taskId, false));
  }

  async session(id: string): Promise<SessionRecord | undefined> {
    const row = this.#get("SELECT * FROM session WHERE id = ?", id);
    return row === undefined ? undefined : toSession(row);
  }

  async sessions(limit: number): Promise<SessionRecord[]> {
    return reading(() => listSessions(this.#durable, limit)).map(toSession);
  }

  async setConversation(sessionId: string, conversation: Conversation | null): Promise<void> {
    this.#write(() => setConversation(this.#durable, sessionId, conversation));
  }

  async setWorkspace(sessionId: string, workspace: string | null): Promise<void> {
    this.#write(() => setWorkspace(this.#durable, sessionId, workspace));
  }

  async workspaces(): Promise<string[]> {
    return reading(() => listWorkspaces(this.#durable));
  }

  async sessionsIdleSince(epochMs: number): Promise<string[]> {
    return reading(() => listIdleSessions(this.#durable, epochMs));
  }

  async addUsage(taskId: string, sessionId: string, spending: Spending): Promise<void> {
    const entry = { task: taskId, session: sessionId, at: this.#now() };
    this.#write(() => addUsage(this.#durable, entry, spending));
  }

  async spentByTask(taskId: string): Promise<Spending> {
    return this.#spent({ task: taskId });
  }

  async spentBySession(sessionId: string): Promise<Spending> {
    return this.#spent({ session: sessionId });
  }

  async spentSince(epochMs: number): Promise<Spending> {
    return this.#spent({ since: epochMs });
  }

  async stats(): Promise<QueueStats> {
    const row = this.#get(
      `SELECT
         (SELECT count(*) FROM task WHERE state = 'queued') AS queued,
         (SELECT count(*) FROM task WHERE state = 'running') AS running,
         (SELECT min(run_at) FROM task WHERE state = 'queued' AND run_at > ?) AS next`,
      this.#now(),
    );
    return {
      queued: Number(row?.queued),
      running: Number(row?.running),
      nextRunAt: typeof row?.next === "number" ? row.next : undefined,
    };
  }

  watchTask(taskId: string): Watch {
    return this.#signals.watch(taskTopic(taskId));
  }

  watchQueue(): Watch {
    return this.#signals.watch(queueTopic);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    closeDatabases(this.#databases);
  }

  get #durable() {
    return this.#databases.durable;
  }

  #write<T>(work: () => T): T {
    return transaction(this.#durable, work);
  }

  #get(sql: string, ...values: readonly SQLInputValue[]) {
    return reading(() => prepared(this.#durable, sql).get(...values));
  }

  #spent(filter: LedgerFilter): Spending {
    return reading(() => sumUsage(this.#durable, filter));
  }

  #holds({ task, fence }: Claim): boolean {
    const row = this.#get(
      "SELECT 1 FROM task WHERE id = ? AND owner = ? AND attempt = ? AND state = 'running'",
      task.id,
      fence.owner,
      fence.attempt,
    );
    return row !== undefined;
  }

  #interruption(taskId: string): Interruption | undefined {
    const row = this.#get("SELECT interruption FROM task WHERE id = ?", taskId);
    return toInterruption(row?.interruption ?? null);
  }
}

const queueTopic = "queue";

function taskTopic(id: string): string {
  return `task:${id}`;
}
