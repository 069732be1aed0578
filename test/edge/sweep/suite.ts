import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { WebhookDuplicate } from "#shared/api.ts";
import { type Scene, type StartSweepingEdge, setScene } from "./scene.ts";
import type { Stand } from "./stands.ts";

/** The tests that the search for missed deliveries passes wherever an edge runs. */
export function sweepSuite(stand: Stand, startEdge: StartSweepingEdge): void {
  const { name } = stand;
  let scene: Scene;
  before(async () => {
    scene = await setScene(stand, startEdge);
  });
  after(() => scene[Symbol.asyncDispose]());
  beforeEach(() => {
    scene.forge.tried.length = 0;
    scene.forge.asked.length = 0;
  });

  test(`${name}: a delivery that failed is taken in once, also when it is sent again`, async () => {
    const { forge, edge, tries, deliver, tasks } = scene;
    const owner = randomUUID();
    const failed = tries({ owner });
    await edge.sweep();
    const [task, ...others] = await tasks(owner);
    assert.deepEqual([task?.delivery_id, task?.kind, others], [failed.id, "review", []]);
    const again = await deliver(failed);
    assert.equal(WebhookDuplicate.parse(await again.clone().json()).task_id, task?.id);
    forge.tried.push({
      ...failed,
      number: failed.number + 1n,
      status: 200,
      answer: await again.text(),
    });
    await edge.sweep();
    assert.equal((await tasks(owner)).length, 1);
  });

  test(`${name}: of a pull request the last word counts, the oldest pull request goes first`, async () => {
    const { edge, runner, tries, tasks } = scene;
    const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()];
    tries({ owner: a, ago: 9000, status: 502 });
    const pushed = tries({ owner: a, ago: 3000, action: "synchronize", status: 502 });
    const opened = tries({ owner: b, ago: 5000, status: 404 });
    tries({ owner: c, ago: 8000 });
    const closed = tries({ owner: c, ago: 1000, action: "closed" });
    await edge.sweep();
    const made = (await runner.store.tasks({ limit: 3 })).map(({ delivery_id }) => delivery_id);
    assert.deepEqual(made, [closed.id, pushed.id, opened.id]);
    assert.deepEqual([(await tasks(a)).length, (await tasks(c))[0]?.kind], [1, "close"]);
  });

  test(`${name}: nothing is taken in that something later has overtaken`, async () => {
    const { edge, tries, deliver, tasks } = scene;
    const owner = randomUUID();
    tries({ owner, ago: 20_000 });
    const pushed = stand.payload({ owner, action: "synchronize" });
    assert.equal((await deliver({ id: randomUUID(), payload: pushed })).status, 202);
    await edge.sweep();
    const [task, ...others] = await tasks(owner);
    assert.deepEqual([task?.event.action, others], ["synchronize", []]);
  });

  test(`${name}: a 2xx that another gave counts as missed, our own does not`, async () => {
    const { forge, edge, tries, deliver, tasks } = scene;
    const [swallowed, ignored, taken] = [randomUUID(), randomUUID(), randomUUID()];
    tries({ owner: swallowed, status: 200, answer: "<html>Down for maintenance</html>" });
    for (const changes of [{ owner: ignored, draft: true }, { owner: taken }]) {
      const id = randomUUID();
      const answer = await deliver({ id, payload: stand.payload(changes) });
      tries({ ...changes, id, status: answer.status, answer: await answer.text() });
    }
    await edge.sweep();
    const counts = await Promise.all([swallowed, ignored, taken].map(tasks));
    assert.deepEqual(
      counts.map(({ length }) => length),
      [1, 0, 1],
    );
    forge.asked.length = 0;
    await edge.sweep();
    assert.deepEqual(
      forge.asked.filter((path) => /deliveries\/\d+$/.test(path)),
      [],
    );
  });

  test(`${name}: what is too old, a draft, malformed or about nothing of ours is left`, async () => {
    const { edge, tries, tasks } = scene;
    const owner = randomUUID();
    tries({ owner, ago: 13 * 3_600_000 });
    tries({ owner, draft: true });
    tries({ owner, event: "Star" });
    tries({ owner: ".." });
    const good = tries({ owner: `${owner}-2` });
    await edge.sweep();
    assert.deepEqual(await tasks(owner), []);
    assert.equal((await tasks(`${owner}-2`))[0]?.delivery_id, good.id);
  });
}
