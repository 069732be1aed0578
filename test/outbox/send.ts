import assert from "node:assert/strict";
import { WebhookAccepted } from "#shared/api.ts";
import { delivery } from "#test/edge/delivery.ts";
import { pullRequestPayload } from "#test/edge/pull-request-payload.ts";
import type { Place } from "./place.ts";

/** A delivery that an edge has accepted. */
export interface Sent extends WebhookAccepted {
  readonly id: string;
  /** 202, or 200 for a duplicate. */
  readonly status: number;
  /** How long the answer took, in milliseconds. */
  readonly took: number;
}

/** What of a delivery a test may choose. */
export interface SendOptions {
  /** Of the pull request. */
  readonly number?: number;
  readonly body?: string;
}

/** Sends a delivery as GitHub does, whatever the answer is. */
export async function post(edgeUrl: string, id: string, options: SendOptions = {}) {
  const { number = 7, body = "Cards were charged twice." } = options;
  const payload = pullRequestPayload({ action: "synchronize", body });
  const changed = { ...payload, number, pull_request: { ...payload.pull_request, number } };
  return await fetch(`${edgeUrl}/webhooks/github`, await delivery(changed, { id }));
}

/** Sends one that has to be accepted. */
export async function send(edgeUrl: string, id: string, options?: SendOptions): Promise<Sent> {
  const begun = performance.now();
  const response = await post(edgeUrl, id, options);
  const took = performance.now() - begun;
  const text = await response.text();
  assert.ok(response.status === 202 || response.status === 200, `${response.status}: ${text}`);
  return { id, status: response.status, took, ...WebhookAccepted.parse(JSON.parse(text)) };
}

/** Checks that the runner has each delivery that was accepted once, as the task it was told to be. */
export async function assertAllThere(
  place: Place,
  sent: readonly Pick<Sent, "id" | "task_id">[],
): Promise<void> {
  const tasks = await place.tasks();
  const pairs = (list: readonly (readonly [string, string])[]) => list.map(String).toSorted();
  assert.deepEqual(
    pairs(tasks.map(({ delivery_id, id }) => [delivery_id, id])),
    pairs(sent.map(({ id, task_id }) => [id, task_id])),
  );
}
