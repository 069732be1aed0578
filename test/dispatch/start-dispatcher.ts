import { Dispatcher, type DispatcherOptions } from "#runner/dispatch/dispatcher.ts";
import type { Claim, Outcome } from "#runner/store/store.ts";
import { isTerminal } from "#shared/task.ts";
import { accepted } from "../store/drive.ts";
import { handOff } from "../store/hand-off.ts";
import { until } from "../until.ts";
import { type MoodyStore, openStore } from "./open-store.ts";

/** A dispatcher on a store of its own, and what it told. */
export interface TestDispatcher extends AsyncDisposable {
  readonly store: MoodyStore;
  readonly folder: string;
  readonly dispatcher: Dispatcher;
  readonly ends: { readonly id: string; readonly outcome: Outcome; readonly held: boolean }[];
  readonly errors: unknown[];
  /** The claims that were started, in order. */
  readonly claims: Claim[];
  /** Queues a task of pull request `number` that no other one supersedes. */
  enqueue(number: number): Promise<string>;
  /** Waits until these tasks have ended for good. */
  ended(...ids: readonly string[]): Promise<void>;
}

/** Starts one; disposal drains it. Without `work` every task succeeds at once. */
export async function startDispatcher({
  now,
  onNothing,
  ...options
}: Partial<DispatcherOptions> & {
  now?: () => number;
  onNothing?: () => void;
} = {}): Promise<TestDispatcher> {
  const place = await openStore({ now, onNothing });
  const { store, folder } = place;
  const told: Pick<TestDispatcher, "ends" | "errors" | "claims"> = {
    ends: [],
    errors: [],
    claims: [],
  };
  const dispatcher = new Dispatcher({
    store,
    concurrency: () => 4,
    work: async () => ({ kind: "close" }),
    retry: { maxAttempts: 3, initialDelay: 50, maxDelay: 50, backoffFactor: 1 },
    onStart: (claim) => told.claims.push(claim),
    onEnd: ({ task: { id } }, outcome, held) => told.ends.push({ id, outcome, held }),
    onError: (error) => told.errors.push(error),
    ...options,
  });
  dispatcher.start();
  return {
    store,
    folder,
    dispatcher,
    ...told,
    enqueue: (number) => accepted(store, handOff(number, { kind: "close" })),
    ended: async (...ids) => {
      for (const id of ids) {
        await until(async () => isTerminal((await store.task(id))?.state ?? "queued"));
      }
    },
    [Symbol.asyncDispose]: async () => {
      await dispatcher.drain(0);
      await place[Symbol.asyncDispose]();
    },
  };
}
