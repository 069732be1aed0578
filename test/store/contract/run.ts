import assert from "node:assert/strict";
import fc from "fast-check";
import { v7 } from "uuid";
import type { Claim, Outcome, Store } from "#runner/store/store.ts";
import type { HandOff } from "#shared/api.ts";
import type { TaskKind } from "#shared/task.ts";
import { done, retryIn, said, story, trouble } from "../drive.ts";
import { handOff } from "../hand-off.ts";
import type { Place } from "../place.ts";
import { Model } from "./queue-model.ts";

/** How many tasks a run lets wait: few, so that the queue is often full. */
const limit = 4;

/** One thing that can happen. Indexes count modulo what there is; with nothing there, nothing happens. */
export type Step =
  | { readonly type: "enqueue"; readonly number: number; readonly kind: TaskKind }
  | { readonly type: "redeliver"; readonly delivery: number }
  | { readonly type: "claim" }
  | { readonly type: "append"; readonly claim: number; readonly count: number }
  | { readonly type: "finish"; readonly claim: number; readonly outcome: Outcome }
  | { readonly type: "cancel"; readonly task: number }
  | { readonly type: "advance"; readonly ms: number }
  | { readonly type: "reopen" };

/** Any step; claims come as often as hand-offs, reopening is rare. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: enqueueStep() },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("redeliver"), delivery: fc.nat(20) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("claim") }) },
  { weight: 2, arbitrary: appendStep() },
  { weight: 4, arbitrary: finishStep() },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("cancel"), task: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("advance"), ms: fc.nat(2000) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("reopen") }) },
);

/** One store and its model, taken through the same steps. */
export class Run implements AsyncDisposable {
  readonly model = new Model();
  readonly claims: Claim[] = [];
  readonly #place: Place;
  readonly #sent: HandOff[] = [];
  store: Store;

  static async start(place: Place): Promise<Run> {
    return new Run(place, await place.open());
  }

  private constructor(place: Place, store: Store) {
    this.#place = place;
    this.store = store;
  }

  /** Does one step to both, and checks that both answer the same. */
  async take(step: Step): Promise<void> {
    const { model, store } = this;
    switch (step.type) {
      case "enqueue":
        return this.#enqueue(handOff(step.number, { kind: step.kind }));
      case "redeliver": {
        const before = pick(this.#sent, step.delivery);
        return before && this.#enqueue({ ...before, task_id: v7() });
      }
      case "claim": {
        const claim = await store.claim();
        assert.equal(claim?.task.id, model.claim(this.claims.length)?.id);
        if (claim !== undefined) this.claims.push(claim);
        return;
      }
      case "append": {
        const claim = pick(this.claims, step.claim);
        if (claim === undefined) return;
        const held = await store.append(claim, Array(step.count).fill(said("x")));
        assert.equal(held, model.append(this.claims.indexOf(claim), step.count));
        return;
      }
      case "finish": {
        const claim = pick(this.claims, step.claim);
        if (claim === undefined) return;
        const held = await store.finish(claim, step.outcome);
        assert.equal(held, model.finish(this.claims.indexOf(claim), step.outcome));
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
        await store[Symbol.asyncDispose]();
        model.restart();
        this.store = await this.#place.open();
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
    for (const { id, journal, interruption } of model.tasks) {
      assert.deepEqual((await story(store, id)).types, journal);
      assert.equal((await store.interruption(id))?.kind, interruption);
    }
    const { queued, running } = await store.stats();
    assert.deepEqual({ queued, running }, model.stats());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
  }

  async #enqueue(work: HandOff): Promise<void> {
    this.#sent.push(work);
    const admission = await this.store.enqueue(work, { limit });
    const expected = this.model.enqueue(work, limit);
    assert.equal(admission.outcome, expected.outcome);
    if (admission.outcome !== "full") assert.equal(admission.taskId, expected.id);
  }
}

function pick<T>(items: readonly T[], index: number): T | undefined {
  return items[index % items.length];
}

function enqueueStep() {
  return fc.record({
    type: fc.constant("enqueue"),
    number: fc.integer({ min: 1, max: 3 }),
    kind: fc.constantFrom("review", "review", "close"),
  });
}

function appendStep() {
  return fc.record({ type: fc.constant("append"), claim: fc.nat(20), count: fc.nat(3) });
}

function finishStep() {
  const outcomes: Outcome[] = [
    done,
    { state: "failed", error: trouble },
    { state: "cancelled", reason: "asked" },
    { state: "superseded", by: "other" },
    { state: "released" },
    retryIn(0),
    retryIn(1000),
  ];
  return fc.record({
    type: fc.constant("finish"),
    claim: fc.nat(20),
    outcome: fc.constantFrom(...outcomes),
  });
}
