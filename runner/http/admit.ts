import type { Handler } from "hono";
import { HandOff, type HandOffAnswer } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import type { Forge } from "#shared/event.ts";
import type { Admission, Store } from "../store/store.ts";
import type { RunnerEnv } from "./env.ts";
import { readJson } from "./read-json.ts";

/** What taking hand-offs in needs. */
export interface AdmitOptions {
  readonly store: Pick<Store, "enqueue">;
  /** How many tasks may be queued. */
  readonly queueLimit: number;
  /** Whether the runner stops, and so takes nothing in. */
  readonly isDraining: () => boolean;
  /** What became of a hand-off that could be read. */
  readonly onDelivery?: (delivery: { forge: Forge; outcome: Admission["outcome"] }) => void;
}

/** When a sender should try again, in seconds: a queue moves on sooner than a runner restarts. */
const retryAfter = { queueFull: 5, shuttingDown: 10 };

/**
 * `POST /v1/events`: takes a hand-off into the store, and answers when it is durable there.
 * @throws CicdError `shutting_down`, `unsupported_media_type`, `invalid_request`, `queue_full`.
 */
export function admit(options: AdmitOptions): Handler<RunnerEnv> {
  const { store, queueLimit, isDraining, onDelivery } = options;
  return async (c) => {
    if (isDraining()) throw shuttingDown("accept delivery");
    const handOff = await readJson(c, HandOff, "hand-off");
    const admission = await store.enqueue(handOff, { limit: queueLimit });
    const { outcome } = admission;
    onDelivery?.({ forge: handOff.forge, outcome });
    if (outcome === "full") throw queueFull("accept delivery", admission.depth);
    const { taskId, sessionId } = admission;
    const answer: HandOffAnswer = { outcome, task_id: taskId, session_id: sessionId };
    return c.json(answer, outcome === "accepted" ? 202 : 200);
  };
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
