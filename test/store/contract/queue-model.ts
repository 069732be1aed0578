import type { Outcome } from "#runner/store/store.ts";
import { affinityTime, leaseTime, quickHandOff } from "#runner/store/timing.ts";
import type { HandOff } from "#shared/api.ts";
import type { JournalType } from "#shared/journal.ts";
import { isTerminal, type TaskKind, type TaskState } from "#shared/task.ts";

/** A task of the model. */
export interface ModelTask {
  readonly id: string;
  readonly delivery: string;
  readonly session: number;
  readonly kind: TaskKind;
  readonly journal: JournalType[];
  /** The task that superseded it before it was here. */
  readonly overtakenBy?: string;
  state: TaskState;
  attempt: number;
  crashes: number;
  dueAt: number;
  /** The claim that it runs under: its number, whose it is and how long it lasts. */
  claim: { readonly number: number; readonly host: number; until: number } | undefined;
  interruption: "cancelled" | "superseded" | undefined;
}

/** The store's rules over plain arrays. Hosts and sessions are numbers. */
export class Model {
  readonly tasks: ModelTask[] = [];
  /** Which host holds a session, and until when it goes first. */
  readonly #holders = new Map<number, { host: number | undefined; until: number }>();
  /** Which task of a session decides last, and when its pull request had changed by then. */
  readonly #decisions = new Map<number, { readonly by: string; readonly at: number }>();
  /** When hosts were last heard of. */
  readonly #seen: number[];
  now = 0;

  constructor(hosts: number) {
    this.#seen = Array(hosts).fill(0);
  }

  /** Its pull request had last changed at `changedAt`, by the clock of the model, where that is known. */
  enqueue(
    work: HandOff,
    { limit, changedAt, waited }: { limit: number; changedAt: number | undefined; waited: number },
  ): { outcome: string; id?: string } {
    const known = this.tasks.find(({ delivery }) => delivery === work.delivery_id);
    if (known !== undefined) return { outcome: "duplicate", id: known.id };
    const session = work.event.pull_request.number;
    const last = this.#decisions.get(session);
    const isOlder = changedAt !== undefined && last !== undefined && changedAt < last.at;
    if (isOlder && waited > quickHandOff) {
      const late = { ...newTask(work), overtakenBy: last.by };
      this.#reserveUnlessQueued(session);
      end(late, "superseded");
      this.tasks.push(late);
      return { outcome: "accepted", id: late.id };
    }
    const pointless = this.#live(session).filter(({ kind }) => kind === "review");
    const queued = this.tasks.filter(({ state }) => state === "queued");
    if (queued.filter((task) => !pointless.includes(task)).length >= limit) {
      return { outcome: "full" };
    }
    this.#reserveUnlessQueued(session);
    for (const task of pointless) {
      if (task.state === "queued") end(task, "superseded");
      else task.interruption ??= "superseded";
    }
    this.tasks.push(newTask(work));
    if (changedAt !== undefined) {
      const at = Math.max(changedAt, last?.at ?? changedAt);
      this.#decisions.set(session, { by: work.task_id, at });
    }
    return { outcome: "accepted", id: work.task_id };
  }

  /** The oldest task that is due, the first of its session that lives, and free for a host. */
  next(host: number): ModelTask | undefined {
    return this.tasks.find(
      (task) =>
        task.state === "queued" &&
        task.dueAt <= this.now &&
        this.#live(task.session)[0] === task &&
        this.#isFree(task.session, host),
    );
  }

  claim(number: number, host: number): ModelTask | undefined {
    const task = this.next(host);
    if (task === undefined) return undefined;
    task.state = "running";
    task.attempt += 1;
    task.claim = { number, host, until: this.now + leaseTime };
    task.journal.push("task.started");
    this.#holders.set(task.session, { host, until: this.#holder(task.session).until });
    return task;
  }

  /** Renews the claims of a host; gives the tasks that should stop. */
  heartbeat(host: number): string[] {
    this.#seen[host] = this.now;
    const own = this.tasks.filter(({ claim }) => claim?.host === host);
    for (const { claim } of own) if (claim !== undefined) claim.until = this.now + leaseTime;
    return own.filter(({ interruption }) => interruption !== undefined).map(({ id }) => id);
  }

  /** Settles what other hosts run whose claims have run out. */
  reap(host: number): string[] {
    const expired = this.tasks.filter(
      ({ claim }) => claim !== undefined && claim.host !== host && claim.until <= this.now,
    );
    for (const task of expired) this.#lose(task);
    return expired.map(({ id }) => id);
  }

  append(claim: number, count: number): boolean {
    const task = this.#held(claim);
    for (let n = 0; n < count; n += 1) task?.journal.push("message.delta");
    return task !== undefined;
  }

  finish(claim: number, outcome: Outcome): boolean {
    const task = this.#held(claim);
    if (task === undefined) return false;
    this.#reserve(task.session, this.now + (outcome.state === "queued" ? outcome.delay : 0));
    if (outcome.state !== "queued" && outcome.state !== "released") end(task, outcome.state);
    else if (task.interruption !== undefined) end(task, task.interruption);
    else if (outcome.state === "released") requeue(task, 0, true);
    else {
      task.journal.push("task.retrying");
      requeue(task, this.now + outcome.delay, false);
    }
    return true;
  }

  cancel(id: string): "removed" | "signalled" | "ended" | undefined {
    const task = this.tasks.find((one) => one.id === id);
    if (task === undefined) return undefined;
    if (isTerminal(task.state)) return "ended";
    if (task.state === "queued") {
      end(task, "cancelled");
      return "removed";
    }
    task.interruption ??= "cancelled";
    return "signalled";
  }

  /** All hosts end, and start again. */
  restart(): void {
    for (const task of this.tasks.filter(({ state }) => state === "running")) this.#lose(task);
    this.#seen.fill(this.now);
  }

  stats() {
    const count = (state: TaskState) => this.tasks.filter((task) => task.state === state).length;
    return { queued: count("queued"), running: count("running") };
  }

  #live(session: number): ModelTask[] {
    return this.tasks.filter((task) => task.session === session && !isTerminal(task.state));
  }

  #held(claim: number): ModelTask | undefined {
    return this.tasks.find((task) => task.claim?.number === claim);
  }

  #lose(task: ModelTask): void {
    task.crashes += 1;
    if (task.interruption !== undefined) end(task, task.interruption);
    else if (task.crashes === 3) end(task, "failed");
    else {
      task.journal.push("task.retrying");
      requeue(task, 0, true);
    }
  }

  #holder(session: number) {
    return this.#holders.get(session) ?? { host: undefined, until: 0 };
  }

  #reserveUnlessQueued(session: number): void {
    const isQueued = this.#live(session).some(({ state }) => state === "queued");
    if (!isQueued) this.#reserve(session, this.now);
  }

  #reserve(session: number, from: number): void {
    this.#holders.set(session, { ...this.#holder(session), until: from + affinityTime });
  }

  #isFree(session: number, host: number): boolean {
    const holder = this.#holder(session);
    if (holder.host === undefined || holder.host === host || holder.until <= this.now) return true;
    return (this.#seen[holder.host] ?? 0) <= this.now - leaseTime;
  }
}

function newTask({ task_id, delivery_id, event, kind }: HandOff): ModelTask {
  return {
    id: task_id,
    delivery: delivery_id,
    session: event.pull_request.number,
    kind,
    journal: ["task.queued"],
    state: "queued",
    attempt: 0,
    crashes: 0,
    dueAt: 0,
    claim: undefined,
    interruption: undefined,
  };
}

function end(task: ModelTask, state: "succeeded" | "failed" | "cancelled" | "superseded"): void {
  task.state = state;
  task.claim = undefined;
  task.interruption = undefined;
  task.journal.push(`task.${state}`);
}

function requeue(task: ModelTask, dueAt: number, sameAttempt: boolean): void {
  task.state = "queued";
  task.claim = undefined;
  task.dueAt = dueAt;
  if (sameAttempt) task.attempt -= 1;
}
