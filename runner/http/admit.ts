import type { Hono } from "hono";
import { HandOff, type HandOffAnswer } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import type { Forge } from "#shared/event.ts";
import { firstIssue } from "#shared/first-issue.ts";
import { takeDelivery } from "#shared/routes/deliveries.ts";
import type { Admission, Store } from "../store/store.ts";
import type { RunnerEnv } from "./env.ts";
import { type FailureOptions, isFault } from "./failures.ts";
import { serve } from "./serve.ts";

/** What taking hand-offs in needs. */
export interface AdmitOptions {
  readonly store: Pick<Store, "enqueue">;
  /** How many tasks may be queued. */
  readonly queueLimit: number;
  /** Whether the runner stops, and so takes nothing in. */
  readonly isDraining: () => boolean;
  /** What became of a hand-off that could be read. */
  readonly onDelivery?: (delivery: { forge: Forge; outcome: Admission["outcome"] }) => void;
  /** One has made a task. */
  readonly onAccepted?: (handOff: HandOff) => void;
}

/** When a sender should try again, in seconds: a queue moves on sooner than a runner restarts. */
const retryAfter = { queueFull: 5, shuttingDown: 10 };

/**
 * Takes hand-offs into the store, and answers when they are durable there.
 * @throws CicdError from requests: `shutting_down`, `queue_full`.
 */
export function serveDeliveries(app: Hono<RunnerEnv>, options: AdmitOptions): void {
  serve(app, takeDelivery, async ({ body }, c) => {
    const answer = await admit(body, c.get("sealedAt"), options);
    if (answer.outcome === "duplicate") c.status(200);
    return answer;
  });
}

/**
 * The same for an edge in the same program: what is checked, told and thrown is what it is over
 * HTTP, without the seal and the JSON of two programs.
 */
export function takingIn(options: AdmitOptions & FailureOptions) {
  return async (given: HandOff, requestId: string): Promise<HandOffAnswer> => {
    try {
      const { data, error } = HandOff.safeParse(given);
      if (data !== undefined) return await admit(data, Date.now(), options);
      throw new CicdError("invalid_request", `Cannot read request: ${firstIssue(error)}`);
    } catch (thrown) {
      const error = CicdError.from(thrown);
      if (isFault(error)) options.onError?.(error, requestId);
      throw error;
    }
  };
}

/** `sentAt` is when it was sent, by the clock of the edge that took it. */
async function admit(
  handOff: HandOff,
  sentAt: number,
  options: AdmitOptions,
): Promise<HandOffAnswer> {
  const { store, queueLimit, isDraining, onDelivery, onAccepted } = options;
  if (isDraining()) throw shuttingDown("accept delivery");
  const { delivered_at } = handOff.event;
  const waited = delivered_at === undefined ? 0 : sentAt - Date.parse(delivered_at);
  const admission = await store.enqueue(handOff, { limit: queueLimit, waited });
  const { outcome } = admission;
  onDelivery?.({ forge: handOff.forge, outcome });
  if (outcome === "accepted") onAccepted?.(handOff);
  if (outcome === "full") throw queueFull("accept delivery", admission.depth);
  return { outcome, task_id: admission.taskId, session_id: admission.sessionId };
}

/** Why a runner whose queue holds `depth` tasks does not do `what`. */
export function queueFull(what: string, depth: number): CicdError {
  return new CicdError("queue_full", `Cannot ${what}: queue is full with ${depth} tasks`, {
    retryAfter: retryAfter.queueFull,
    hint: "Try again later, or raise async.queue_size",
  });
}

/** Why a runner that stops does not do `what`. */
export function shuttingDown(what: string): CicdError {
  return new CicdError("shutting_down", `Cannot ${what}: runner is shutting down`, {
    retryAfter: retryAfter.shuttingDown,
  });
}
