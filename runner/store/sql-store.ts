import { v7 } from "uuid";
import type { HandOff, SkippedDelivery } from "#shared/api.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { Spending } from "#shared/task.ts";
import { claimTask, holdsClaim, type RunningLimits } from "./claim.ts";
import type { Driver } from "./driver.ts";
import { enqueueTask } from "./enqueue.ts";
import { enqueueQuestion } from "./enqueue-question.ts";
import { cancelTask, finishAttempt, getInterruption } from "./finish.ts";
import { appendEvents, lastEvent, readEvents } from "./journal-table.ts";
import { readOpenPermissions } from "./open-permissions.ts";
import { isPageOwed, owePage, postponePage, settlePage, takeOwedPages } from "./page-table.ts";
import { findReview, type KeptLimits, type KeptReview, keepReview } from "./review-table.ts";
import {
  getSession,
  listIdleSessions,
  listSessions,
  listWorkspaces,
  setConversation,
  setWorkspace,
} from "./session-table.ts";
import { addSkipped, findSkipped } from "./skipped-table.ts";
import { queueTopic, SqlCluster, type SqlStoreOptions, taskTopic } from "./sql-cluster.ts";
import { readStats } from "./stats.ts";
import { readSteps } from "./step-table.ts";
import type {
  Claim,
  Conversation,
  Outcome,
  QueueOptions,
  Store,
  TaskFilter,
  Watch,
} from "./store.ts";
import { getTask, getTaskOfDelivery, listTasks } from "./task-table.ts";
import { readUsageByDay } from "./usage-by-day.ts";
import { addUsage, sumUsage } from "./usage-table.ts";

/** The store over any database: its logic is in the files beside, the driver runs it. */
export class SqlStore extends SqlCluster implements Store {
  readonly #limits: RunningLimits;

  constructor(driver: Driver, options: SqlStoreOptions) {
    super(driver, options);
    this.#limits = options.limits ?? { perRepository: 0, perForge: 0 };
  }

  async enqueue(handOff: HandOff, { limit, priority = 0, waited = 0 }: QueueOptions) {
    const { admission, touched } = await this.driver.write(() =>
      enqueueTask(handOff, { limit, priority, waited, now: this.now }),
    );
    this.notify(...touched.map(taskTopic));
    if (admission.outcome === "accepted") this.notify(queueTopic);
    return admission;
  }

  async ask(
    sessionId: string,
    question: { taskId: string; text: string },
    { limit, priority = 0 }: QueueOptions,
  ) {
    const asked = await this.driver.write(() =>
      enqueueQuestion(sessionId, { ...question, limit, priority, now: this.now }),
    );
    if (asked?.outcome === "accepted") this.notify(queueTopic);
    return asked;
  }

  async claim(): Promise<Claim | undefined> {
    const owner = v7();
    // A power cut that takes it leaves the task in the queue, where a restart would put it anyway.
    const { claim, ended } = await this.driver.writeRelaxed(() =>
      claimTask({
        owner,
        hostId: this.host.id,
        host: this.host.name,
        limits: this.#limits,
        now: this.now,
      }),
    );
    this.notify(...ended.map(taskTopic));
    if (claim === undefined) return undefined;
    this.claimed.set(owner, claim.task.id);
    this.notify(taskTopic(claim.task.id));
    return claim;
  }

  async append(claim: Claim, events: readonly JournalEvent[]): Promise<boolean> {
    const { id } = claim.task;
    const { now } = this;
    const held = await this.driver.writeRelaxed(function* () {
      if (!(yield* holdsClaim(claim))) return false;
      yield* appendEvents(id, events, now());
      return true;
    });
    if (held) this.notify(taskTopic(id));
    return held;
  }

  async finish(claim: Claim, outcome: Outcome): Promise<boolean> {
    const held = await this.driver.write(() => finishAttempt(claim, outcome, this.now));
    this.claimed.delete(claim.fence.owner);
    this.notify(taskTopic(claim.task.id), queueTopic);
    return held;
  }

  async cancel(taskId: string, reason: string) {
    const outcome = await this.driver.write(() => cancelTask(taskId, reason, this.now));
    this.notify(taskTopic(taskId), queueTopic);
    return outcome;
  }

  async interruption(taskId: string) {
    return this.driver.read(() => getInterruption(taskId));
  }

  async task(id: string) {
    return this.driver.read(() => getTask(id));
  }

  async tasks(filter: TaskFilter) {
    return this.driver.read(() => listTasks(filter));
  }

  async taskOfDelivery(deliveryKey: string) {
    return this.driver.read(() => getTaskOfDelivery(deliveryKey));
  }

  async skip(delivery: SkippedDelivery, { limit }: { readonly limit: number }) {
    await this.driver.writeRelaxed(() => addSkipped(delivery, { limit, now: this.now() }));
  }

  async skippedDelivery(deliveryKey: string) {
    return this.driver.read(() => findSkipped(deliveryKey));
  }

  async journal(taskId: string, after: number, limit: number) {
    return this.driver.read(() => readEvents(taskId, after, limit));
  }

  async journalEnd(taskId: string) {
    return this.driver.read(() => lastEvent(taskId));
  }

  async steps(taskId: string) {
    return this.driver.read(() => readSteps(taskId));
  }

  async openPermissions() {
    return this.driver.read(() => readOpenPermissions(this.now()));
  }

  async owePage(claim: Claim) {
    return this.driver.write(() => owePage(claim));
  }

  async takeOwedPages(limit: number, time: number) {
    // It is asked for with each change of the queue, and seldom is there any.
    if (!(await this.driver.read(() => isPageOwed(this.now())))) return [];
    return this.driver.write(() => takeOwedPages(limit, { now: this.now, time }));
  }

  async postponePage(taskId: string, time: number) {
    await this.driver.write(() => postponePage(taskId, this.now() + time));
  }

  async settlePage(taskId: string) {
    await this.driver.write(() => settlePage(taskId));
  }

  async session(id: string) {
    return this.driver.read(() => getSession(id));
  }

  async sessions(limit: number) {
    return this.driver.read(() => listSessions(limit));
  }

  async setConversation(sessionId: string, conversation: Conversation | null) {
    await this.driver.write(() => setConversation(sessionId, conversation, this.host.id));
  }

  async setWorkspace(sessionId: string, workspace: string | null) {
    await this.driver.write(() => setWorkspace(sessionId, workspace, this.host.id));
  }

  async workspaces() {
    return this.driver.read(() => listWorkspaces(this.host.id));
  }

  async sessionsIdleSince(epochMs: number) {
    return this.driver.read(() => listIdleSessions(epochMs, this.host.id));
  }

  async addUsage(taskId: string, sessionId: string, spending: Spending) {
    const entry = { task: taskId, session: sessionId, at: this.now() };
    await this.driver.write(() => addUsage(entry, spending));
  }

  async spentByTask(taskId: string) {
    return this.driver.read(() => sumUsage({ task: taskId }));
  }

  async spentBySession(sessionId: string) {
    return this.driver.read(() => sumUsage({ session: sessionId }));
  }

  async spentSince(epochMs: number) {
    return this.driver.read(() => sumUsage({ since: epochMs }));
  }

  async findReview(key: string, ttl: number) {
    return this.driver.read(() => findReview(key, this.now() - ttl));
  }

  async keepReview(review: Omit<KeptReview, "at">, limits: KeptLimits) {
    await this.driver.write(() => keepReview({ ...review, at: this.now() }, limits));
  }

  async usageByDay(days: number) {
    return this.driver.read(() => readUsageByDay(days, this.now()));
  }

  async stats(ago = 0) {
    return this.driver.read(() => readStats(this.host.id, this.now() - Math.ceil(ago)));
  }

  watchTask(taskId: string): Watch {
    return this.driver.watch(taskTopic(taskId));
  }

  watchQueue(): Watch {
    return this.driver.watch(queueTopic);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.driver[Symbol.asyncDispose]();
  }
}
