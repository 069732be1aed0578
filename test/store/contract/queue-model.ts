import type { Outcome } from "#runner/store/store.ts";
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
  state: TaskState;
  attempt: number;
  crashes: number;
  dueAt: number;
  /** The number of the claim that it runs under. */
  claim: number | undefined;
  interruption: "cancelled" | "superseded" | undefined;
}

/** The store's rules over plain arrays. */
export class Model {
  readonly tasks: ModelTask[] = [];
  now = 0;

  enqueue(work: HandOff, limit: number): { outcome: string; id?: string } {
    const known = this.tasks.find(({ delivery }) => delivery === work.delivery_id);
    if (known !== undefined) return { outcome: "duplicate", id: known.id };
    const session = work.event.pull_request.number;
    const pointless = this.#live(session).filter(({ kind }) => kind === "review");
    const queued = this.tasks.filter(({ state }) => state === "queued");
    if (queued.filter((task) => !pointless.includes(task)).length >= limit) {
      return { outcome: "full" };
    }
    for (const task of pointless) {
      if (task.state === "queued") end(task, "superseded");
      else task.interruption ??= "superseded";
    }
    this.tasks.push({
      id: work.task_id,
      delivery: work.delivery_id,
      session,
      kind: work.kind,
      journal: ["task.queued"],
      state: "queued",
      attempt: 0,
      crashes: 0,
      dueAt: 0,
      claim: undefined,
      interruption: undefined,
    });
    return { outcome: "accepted", id: work.task_id };
  }

  /** The oldest task that is due and the first of its session that lives. */
  next(): ModelTask | undefined {
    return this.tasks.find(
      (task) =>
        task.state === "queued" && task.dueAt <= this.now && this.#live(task.session)[0] === task,
    );
  }

  claim(claim: number): ModelTask | undefined {
    const task = this.next();
    if (task === undefined) return undefined;
    task.state = "running";
    task.attempt += 1;
    task.claim = claim;
    task.journal.push("task.started");
    return task;
  }

  append(claim: number, count: number): boolean {
    const task = this.#held(claim);
    for (let n = 0; n < count; n += 1) task?.journal.push("message.delta");
    return task !== undefined;
  }

  finish(claim: number, outcome: Outcome): boolean {
    const task = this.#held(claim);
    if (task === undefined) return false;
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

  restart(): void {
    for (const task of this.tasks.filter(({ state }) => state === "running")) {
      task.crashes += 1;
      if (task.interruption !== undefined) end(task, task.interruption);
      else if (task.crashes === 3) end(task, "failed");
      else {
        task.journal.push("task.retrying");
        requeue(task, 0, true);
      }
    }
  }

  stats() {
    const count = (state: TaskState) => this.tasks.filter((task) => task.state === state).length;
    return { queued: count("queued"), running: count("running") };
  }

  #live(session: number): ModelTask[] {
    return this.tasks.filter((task) => task.session === session && !isTerminal(task.state));
  }

  #held(claim: number): ModelTask | undefined {
    return this.tasks.find((task) => task.claim === claim);
  }
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
