import assert from "node:assert/strict";
import { test } from "node:test";
import type { FakeForge } from "../forges/page.ts";
import { until } from "../until.ts";
import { twice } from "./findings.ts";
import type { ForgeUnderTest } from "./forge-under-test.ts";
import { setScene } from "./scene.ts";
import { seen, seenStates } from "./seen.ts";
import { succeeded } from "./succeeded.ts";

/** What every forge shows of tasks that end without a review, and of trouble with itself. */
export function failureSuite({
  forge,
  start,
  states,
}: Pick<ForgeUnderTest, "forge" | "start" | "states">): void {
  test(`${forge}: a failed task is shown as one, until a review takes its place`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    const first = await scene.push({ file: "one();\ntwo();\n" });
    await succeeded(scene, first.id);
    const noJson = { do: "answer", text: "No JSON." } as const;
    const second = await scene.push({ file: "one();\n", steps: [noJson, noJson] });
    assert.equal((await scene.ended(second.id)).state, "failed");
    const names: Record<string, string> = { ONE: first.sha, TWO: second.sha };
    await until(() => seen(fake, names)[0]?.includes("TWO") ?? false);
    assert.match(
      seen(fake, names).join("\n"),
      /^page: ### Review of `TWO` failed This version was \*\*not\*\* reviewed: Cannot read review, asked twice: [^\n]*$/,
    );
    await shownAs(fake, names, "TWO", states?.failed);
    const third = await scene.push({ file: "three();\n" });
    await succeeded(scene, third.id);
    names.THREE = third.sha;
    assert.deepEqual(seen(fake, names), ["page: ### Review of `THREE` It pays. **No findings**"]);
    await shownAs(fake, names, "THREE", states?.clean);
  });

  test(`${forge}: a review that a push or a person ends is not shown as running`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    const first = await scene.push({ file: "one();\n", steps: [{ do: "wait" }] });
    await until(() => scene.turns() === 1);
    const second = await scene.push({ file: "two();\n", steps: [{ do: "wait" }] });
    assert.equal((await scene.ended(first.id)).state, "superseded");
    await until(() => scene.turns() === 1);
    await scene.cancel(second.id);
    assert.equal((await scene.ended(second.id)).state, "cancelled");
    const names = { ONE: first.sha, TWO: second.sha };
    await shownAs(fake, names, "ONE", states?.cancelled);
    await shownAs(fake, names, "TWO", states?.cancelled);
    assert.deepEqual(seen(fake), []);
  });

  test(`${forge}: a push that is delivered too late is neither reviewed nor shown`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    const second = await scene.push({ file: "two();\n" });
    await succeeded(scene, second.id);
    const sha = await scene.repository.commit({
      files: { "src/pay.ts": "one();\n" },
      branch: "topic",
      from: scene.baseSha,
    });
    const event = scene.event();
    const aMinuteAgo = new Date(Date.now() - 60_000).toISOString();
    const late = await scene.handOver("review", {
      ...event,
      delivered_at: aMinuteAgo,
      pull_request: { ...event.pull_request, updated_at: aMinuteAgo, head: { sha, ref: "topic" } },
    });
    const { state, started_at } = await scene.ended(late);
    assert.deepEqual([state, started_at], ["superseded", null]);
    assert.equal(scene.turns(), 1);
    const third = await scene.push({ file: "three();\n", from: second.sha });
    await succeeded(scene, third.id);
    const names = { ONE: sha, TWO: second.sha, THREE: third.sha };
    assert.deepEqual(seen(fake, names), ["page: ### Review of `THREE` It pays. **No findings**"]);
    await shownAs(fake, names, "TWO", states?.clean);
    await shownAs(fake, names, "THREE", states?.clean);
    assert.doesNotMatch(seenStates(fake, names).join("\n"), /ONE/);
  });

  test(`${forge}: publishing that keeps failing fails the task, after one turn`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake, { environment: { PUBLISH_TIMEOUT: "1ms" } });
    let isDown = true;
    fake.server.trouble = ({ route }) =>
      isDown && !route.includes("status") && !route.includes("check-runs") && route !== "GET /user"
        ? { do: "refuse", status: 503, body: { message: "down for maintenance" } }
        : undefined;
    const { id, sha } = await scene.push({ file: "one();\ntwo();\n", findings: [twice] });
    const { state, error, attempt } = await scene.ended(id);
    assert.deepEqual([state, error?.code, attempt], ["failed", "forge_unavailable", 3]);
    assert.equal(scene.turns(), 1);
    isDown = false;
    // The page is told of the failure as soon as the forge is there again.
    await until(() => seen(fake, { ONE: sha }).some((line) => line.includes("`ONE` failed")));
  });

  test(`${forge}: a token that is refused fails the task before a turn, with what it needs`, async () => {
    await using fake = await start();
    const token = { [`${forge.toUpperCase()}_TOKEN`]: "another-token" };
    await using scene = await setScene(forge, fake, { environment: token });
    const { id } = await scene.push({ file: "one();\ntwo();\n", findings: [twice] });
    const { error } = await scene.ended(id);
    assert.equal(error?.code, "forge_refused");
    assert.match(error?.hint ?? "", /publish\.enabled/);
    assert.deepEqual(fake.comments(), []);
  });
}

/** Waits until a commit has this state. */
async function shownAs(
  fake: FakeForge,
  names: Readonly<Record<string, string>>,
  name: string,
  state: string | undefined,
): Promise<void> {
  if (state === undefined) return;
  await until(() => seenStates(fake, names).some((line) => line.startsWith(`${name}: ${state},`)));
}
