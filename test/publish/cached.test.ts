import assert from "node:assert/strict";
import { test } from "node:test";
import { startFakeGitHub } from "../forges/github.ts";
import { command } from "./command.ts";
import { twice, whole } from "./findings.ts";
import { reviewJson } from "./review-json.ts";
import { type Scene, setScene } from "./scene.ts";
import { seen } from "./seen.ts";
import { succeeded } from "./succeeded.ts";

const said = { id: "31" };
const other = reviewJson([{ ...twice, line: 1, message: "Something else." }]);

/** Whether the result of a task was made before. */
async function isCached(scene: Scene, id: string): Promise<boolean> {
  const { result } = await scene.ended(id);
  assert(result?.kind === "review", JSON.stringify(result));
  return result.cached === true;
}

test("a change that was reviewed before: the same page without a turn, which says so", async () => {
  await using fake = await startFakeGitHub();
  await using scene = await setScene("github", fake);
  const { id, sha } = await scene.push({ file: "one();\ntwo();\n", findings: [twice, whole] });
  assert.equal(await isCached(scene, id), false);
  const before = seen(fake, { ONE: sha });
  scene.answers(other);
  await scene.repository.setRef("refs/pull/7/head", sha);

  const again = await command(scene, { kind: "review", said, isHeadless: true });
  const { result } = await scene.ended(again);
  assert(result?.kind === "review");
  assert.equal(result.cached, true);
  assert.equal(result.usage.cost_usd + result.usage.output_tokens, 0);
  assert.equal(scene.turns(), 0);
  const note = "_This very change was reviewed before; `/review --force` asks the model again._ - ";
  const after = seen(fake, { ONE: sha });
  assert.equal(after.filter((line) => line.includes(note)).length, 1);
  assert.deepEqual(
    after.map((line) => line.replace(note, "- ")),
    before,
  );
});

test("a change that was reviewed before: asked again by force, with a wish, or when the cache is off", async () => {
  await using fake = await startFakeGitHub();
  await using scene = await setScene("github", fake);
  await scene.ended((await scene.push({ file: "one();\ntwo();\n", findings: [twice] })).id);
  scene.answers(other, other);
  const forced = await scene.handOver("review", scene.event(), undefined, true);
  assert.equal(await isCached(scene, forced), false);
  const wish = await command(scene, { kind: "review", said, message: "Look at the totals" });
  assert.equal(await isCached(scene, wish), false);
  assert.equal(scene.turns(), 2);
  // What was made by force is what is given from now on.
  const last = await command(scene, { kind: "review", said });
  assert.equal(await isCached(scene, last), true);
  await succeeded(scene, last);
  assert(seen(fake).some((line) => line.includes("Something else.")));
});

test("cache.enabled: false asks the model each time", async () => {
  await using fake = await startFakeGitHub();
  await using scene = await setScene("github", fake, { environment: { CACHE_ENABLED: "false" } });
  await scene.ended((await scene.push({ file: "one();\n" })).id);
  scene.answers(other);
  const again = await command(scene, { kind: "review", said });
  assert.equal(await isCached(scene, again), false);
  assert.equal(scene.turns(), 1);
});

test("a later push of a change that was given from the cache: what is new, in the same conversation", async () => {
  await using fake = await startFakeGitHub();
  await using scene = await setScene("github", fake);
  const first = await scene.push({ file: "one();\n", findings: [] });
  await scene.ended(first.id);
  await scene.ended(await command(scene, { kind: "review", said }));
  const second = await scene.push({ file: "one();\ntwo();\n", findings: [] });
  const { result } = await scene.ended(second.id);
  assert(result?.kind === "review");
  assert.deepEqual([result.since_sha, result.cached], [first.sha, undefined]);
  // What goes on from another review is in no other conversation's words: it is not kept.
  scene.answers(reviewJson([]), reviewJson([]));
  assert.equal(await isCached(scene, await command(scene, { kind: "review", said })), false);
  assert.equal(await isCached(scene, await command(scene, { kind: "review", said })), true);
});
