import assert from "node:assert/strict";
import { v7 } from "uuid";
import type { Claim, Store } from "#runner/store/store.ts";
import type { HandOff } from "#shared/api.ts";
import { idle, said, story } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { Place } from "../place.ts";
import { Model } from "./queue-model.ts";
import { hosts, type Step } from "./step.ts";

/** How many tasks a run lets wait: few, so that the queue is often full. */
const limit = 4;

/** Some hosts with one store and its model, taken through the same steps. */
export class Run implements AsyncDisposable {
  readonly model = new Model(hosts.length);
  readonly claims: { readonly claim: Claim; readonly host: number }[] = [];
  readonly #place: Place;
  readonly #sent: HandOff[] = [];
  #stores: readonly Store[] = [];

  static async start(place: Place): Promise<Run> {
    const run = new Run(place);
    await run.#open();
    return run;
  }

  private constructor(place: Place) {
    this.#place = place;
  }

  get store(): Store {
    return this.#at(0);
  }

  /** Does one step to both, and checks that both answer the same. */
  async take(step: Step): Promise<void> {
    const { model, store } = this;
    switch (step.type) {
      case "enqueue":
        return this.#enqueue(
          handOff(step.number, {
            kind: step.kind,
            updatedAt: step.waited === undefined ? undefined : this.#place.now - step.waited,
          }),
        );
      case "redeliver": {
        const before = pick(this.#sent, step.delivery);
        return before && this.#enqueue({ ...before, task_id: v7() });
      }
      case "claim": {
        const claim = await this.#at(step.host).claim();
        assert.equal(claim?.task.id, model.claim(this.claims.length, step.host)?.id);
        if (claim !== undefined) this.claims.push({ claim, host: step.host });
        return;
      }
      case "heartbeat": {
        const { interruptions } = await this.#at(step.host).heartbeat(idle);
        const ids = interruptions.map(({ taskId }) => taskId).toSorted();
        assert.deepEqual(ids, model.heartbeat(step.host).toSorted());
        return;
      }
      case "reap": {
        const ids = (await this.#at(step.host).reap()).toSorted();
        assert.deepEqual(ids, model.reap(step.host).toSorted());
        return;
      }
      case "append": {
        const made = pick(this.claims, step.claim);
        if (made === undefined) return;
        const held = await this.#at(made.host).append(
          made.claim,
          Array(step.count).fill(said("x")),
        );
        assert.equal(held, model.append(this.claims.indexOf(made), step.count));
        return;
      }
      case "finish": {
        const made = pick(this.claims, step.claim);
        if (made === undefined) return;
        const held = await this.#at(made.host).finish(made.claim, step.outcome);
        assert.equal(held, model.finish(this.claims.indexOf(made), step.outcome));
        return;
      }
      case "cancel": {
        const id = pick(model.tasks, step.task)?.id ?? v7();
        assert.equal(await store.cancel(id, "asked"), model.cancel(id));
        return;
      }
      case "advance":
        model.now += step.ms;
        this.#place.now += step.ms;
        return;
      case "reopen":
        await this[Symbol.asyncDispose]();
        model.restart();
        await this.#open();
    }
  }

  /** Checks that the store holds what the model holds, and nothing else. */
  async compare(): Promise<void> {
    const { model, store } = this;
    const tasks = await store.tasks({ limit: 1000 });
    assert.deepEqual(
      tasks.map(({ id, state, attempt }) => ({ id, state, attempt })),
      model.tasks.map(({ id, state, attempt }) => ({ id, state, attempt })).reverse(),
    );
    for (const { id, journal, interruption, overtakenBy } of model.tasks) {
      assert.deepEqual((await story(store, id)).types, journal);
      if (overtakenBy !== undefined) {
        const [, end] = await store.journal(id, 0, 2);
        assert.deepEqual(end?.data, { by: overtakenBy });
      }
      assert.equal((await store.interruption(id))?.kind, interruption);
    }
    const { queued, running } = await store.stats();
    assert.deepEqual({ queued, running }, model.stats());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#stores.toReversed()) await store[Symbol.asyncDispose]();
  }

  async #open(): Promise<void> {
    const stores: Store[] = [];
    for (const name of hosts) stores.push(await this.#place.open(name));
    this.#stores = stores;
  }

  #at(host: number): Store {
    return this.#stores[host] ?? assert.fail(`there is no host ${host}`);
  }

  async #enqueue(work: HandOff): Promise<void> {
    this.#sent.push(work);
    const { updated_at } = work.event.pull_request;
    const waited = updated_at === undefined ? 0 : this.#place.now - Date.parse(updated_at);
    const changedAt = updated_at === undefined ? undefined : this.model.now - waited;
    const admission = await this.store.enqueue(work, { limit, waited });
    const expected = this.model.enqueue(work, { limit, changedAt, waited });
    assert.equal(admission.outcome, expected.outcome);
    if (admission.outcome !== "full") assert.equal(admission.taskId, expected.id);
  }
}

function pick<T>(items: readonly T[], index: number): T | undefined {
  return items[index % items.length];
}
