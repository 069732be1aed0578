import assert from "node:assert/strict";
import { test } from "node:test";
import { type AdmitOptions, takingIn } from "#runner/http/admit.ts";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import { WebhookAccepted } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { tempFolder } from "#test/temp-folder.ts";
import { until } from "#test/until.ts";
import { delivery } from "./delivery.ts";
import { pullRequestPayload } from "./pull-request-payload.ts";
import { startEdge } from "./start-edge.ts";

/** An edge whose runner is in the same program; what it keeps goes to the stand-in. */
async function setScene(changes: Partial<AdmitOptions> = {}) {
  await using undo = new AsyncDisposableStack();
  const { path: folder } = undo.use(await tempFolder());
  const store = undo.use(new SqliteStore({ folder, host: "test" }));
  const faults: [code: string, requestId: string][] = [];
  const takeIn = takingIn({
    store,
    queueLimit: 2,
    isDraining: () => false,
    onError: ({ code }, requestId) => faults.push([code, requestId]),
    ...changes,
  });
  const edge = undo.use(await startEdge({ takeIn }));
  const resources = undo.move();
  return {
    store,
    edge,
    faults,
    deliver: async (id: string, payload: unknown = pullRequestPayload()) =>
      await fetch(`${edge.url}/webhooks/github`, await delivery(payload, { id })),
    handedOver: () => edge.runner.requests.filter(({ path }) => path === "/v1/events").length,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

test("a runner in the same program: has the delivery before the 202, once, without a request", async () => {
  await using scene = await setScene();
  const response = await scene.deliver("one");
  assert.equal(response.status, 202);
  const { task_id } = WebhookAccepted.parse(await response.json());
  assert.equal((await scene.store.task(task_id))?.delivery_id, "one");
  assert.equal((await scene.deliver("one")).status, 200);
  assert.equal((await scene.store.tasks({ limit: 9 })).length, 1);
  assert.equal(scene.handedOver(), 0);
  assert.deepEqual(
    scene.edge.deliveries.map(({ outcome }) => outcome),
    ["accepted", "duplicate"],
  );
});

test("a runner in the same program that stops, is full or has no disk: the outbox keeps it and says why", async () => {
  const broken = new CicdError("store_unavailable", "Cannot use store: disk is full");
  const cases = [
    ["shutting_down", { isDraining: () => true }],
    ["queue_full", { queueLimit: 0 }],
    ["store_unavailable", { store: { enqueue: () => Promise.reject(broken) } }],
  ] as const;
  for (const [code, changes] of cases) {
    await using scene = await setScene(changes);
    const response = await scene.deliver("one");
    assert.equal(response.status, 202);
    const [report] = scene.edge.deliveries;
    assert.equal(report?.outcome === "kept" && report.reason, code);
    await until(() => scene.handedOver() === 1);
    // Only a disk is for an operator to look at.
    const isFault = code === "store_unavailable";
    const id = response.headers.get("x-request-id");
    assert.deepEqual(scene.faults, isFault ? [[code, id]] : []);
  }
});

test("a runner in the same program that is late: the outbox keeps it after edge.hand_off_timeout", async () => {
  await using scene = await setScene({ store: { enqueue: () => new Promise(() => {}) } });
  assert.equal((await scene.deliver("one")).status, 202);
  const [report] = scene.edge.deliveries;
  assert.equal(report?.outcome === "kept" && report.reason, "runner_unavailable");
  await until(() => scene.handedOver() === 1);
});
