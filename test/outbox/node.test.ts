import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { openOutbox } from "#edge-node/open-outbox.ts";
import { WebhookAccepted } from "#shared/api.ts";
import { assertProblem } from "#test/runner-http/assert-problem.ts";
import { tempFolder } from "#test/temp-folder.ts";
import { until } from "#test/until.ts";
import { newPlace } from "./place.ts";
import { assertAllThere, post, type Sent, send } from "./send.ts";
import { startNodeEdge } from "./start-node-edge.ts";
import { faultSuite } from "./suite.ts";

faultSuite("Node", startNodeEdge);

suite("Outbox on Node, on disk", () => {
  test("edge killed amid a burst: all that had a 202 reaches the runner once, in order", async () => {
    await using place = await newPlace();
    const accepted: Sent[] = [];
    {
      await using edge = await startNodeEdge(place);
      const burst = [1, 2, 3].map(async (number) => {
        for (let index = 0; ; index += 1) {
          accepted.push(await send(edge.url, `${number}-${index}`, { number }));
          if (accepted.length === 20) await edge.stop("SIGKILL");
        }
      });
      const results = await Promise.allSettled(burst);
      assert.deepEqual(
        results.map(({ status }) => status),
        Array(3).fill("rejected"),
      );
    }
    await using edge = await startNodeEdge(place);
    const late = await send(edge.url, "1-late", { number: 1 });
    await place.up();
    await until(async () => (await place.tasks()).some(({ id }) => id === late.task_id));
    const known = new Set([...accepted, late].map(({ task_id }) => task_id));
    await until(
      async () => (await place.tasks()).filter(({ id }) => known.has(id)).length === known.size,
    );
    // One whose answer was lost with the edge may be there too; none is there twice.
    const tasks = await place.tasks();
    assert.equal(new Set(tasks.map(({ delivery_id }) => delivery_id)).size, tasks.length);
    for (const number of [1, 2, 3]) {
      const mine = ({ event }: { event: { pull_request: { number: number } } }) =>
        event.pull_request.number === number;
      const order = tasks.filter(mine).map(({ delivery_id }) => delivery_id);
      const sent = order.filter((id) => id !== "1-late").map((_, index) => `${number}-${index}`);
      assert.deepEqual(order, number === 1 ? [...sent, "1-late"] : sent);
    }
  });

  test("edge stopped by SIGTERM: ends with 0, and the next one delivers what it had", async () => {
    await using place = await newPlace();
    const first = await startNodeEdge(place);
    const sent = [await send(first.url, "1"), await send(first.url, "2")];
    assert.equal(await first.stop("SIGTERM"), 0);
    await place.up();
    await using _second = await startNodeEdge(place);
    await until(async () => (await place.tasks()).length === 2);
    await assertAllThere(place, sent);
  });

  test("full disk: 503, nothing is half there, and all that had a 202 arrives", async () => {
    await using place = await newPlace();
    const sent: Pick<Sent, "id" | "task_id">[] = [];
    {
      await using edge = await startNodeEdge(place, { fileSize: 512 });
      const body = "x".repeat(20_000);
      for (let index = 0; ; index += 1) {
        const response = await post(edge.url, `big-${index}`, { number: 1 + index, body });
        if (response.status !== 202) {
          await assertProblem(response, 503, "store_unavailable");
          assert.match(response.headers.get("retry-after") ?? "", /^\d+$/);
          break;
        }
        const { task_id } = WebhookAccepted.parse(await response.json());
        sent.push({ id: `big-${index}`, task_id });
      }
      assert.ok(sent.length > 2, String(sent.length));
    }
    await using edge = await startNodeEdge(place);
    sent.push(await send(edge.url, "after", { number: 1000 }));
    await place.up();
    await until(async () => (await place.tasks()).length >= sent.length);
    await assertAllThere(place, sent);
  });

  test("an outbox that is damaged: refused, and what to do is not about rights", async () => {
    await using folder = await tempFolder();
    await mkdir(join(folder.path, "outbox"));
    await writeFile(join(folder.path, "outbox/outbox.db"), "no database".repeat(20));
    assert.throws(() => openOutbox(folder.path), {
      message: /^Cannot open outbox: .*: file is not a database$/,
      hint: /backup and remove outbox\.db-wal/,
    });
  });

  test("a second edge on the same folder ends at its start and says why", async () => {
    await using place = await newPlace();
    await using _edge = await startNodeEdge(place);
    await assert.rejects(startNodeEdge(place), /ended with 78: Cannot open outbox: .*in use/);
  });
});
