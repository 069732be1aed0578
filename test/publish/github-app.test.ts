import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { startFakeGitHub } from "../forges/github.ts";
import { until } from "../until.ts";
import { twice, untested } from "./findings.ts";
import { type Scene, setScene } from "./scene.ts";
import { seen, seenStates } from "./seen.ts";
import { succeeded } from "./succeeded.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const app = {
  APP_ID: "12345",
  // On one line, as a variable often has it.
  PRIVATE_KEY: String(privateKey.export({ type: "pkcs1", format: "pem" })).replaceAll("\n", "\\n"),
};

/** The titles and states of the commits that a review of these findings leads to, by the gate. */
const gates = [
  { failOn: "never", state: "neutral" },
  { failOn: "high", state: "failure" },
  { failOn: "low", state: "failure" },
] as const;

for (const { failOn, state } of gates) {
  test(`GitHub App, fail_on ${failOn}: one check run for each task, in progress and then ${state}`, async () => {
    await using fake = await startFakeGitHub({ as: "app" });
    const environment = { ...app, PUBLISH_FAIL_ON: failOn };
    await using scene = await setScene("github", fake, { environment });
    const { id, sha } = await scene.push({ file: "one();\ntwo();\nthree();\n", findings: [twice] });
    await succeeded(scene, id);
    assert.deepEqual(seenStates(fake, { ONE: sha }), [`ONE: ${state}, 1 finding: 1 high`]);
    assert.deepEqual(fake.annotations(), ["src/pay.ts:2 It charges twice."]);
    const posts = fake.server.requests.filter(({ route }) => route.endsWith("check-runs"));
    assert.match(JSON.stringify(posts[1]?.body), /"status":"in_progress"/);
    assert.equal(seen(fake).length, 2);
    const clean = await scene.push({ file: "four();\n" });
    await succeeded(scene, clean.id);
    assert.equal(fake.states().at(-1)?.state, "success");
    assert.deepEqual(fake.server.problems, []);
  });
}

test("GitHub App: its token is for the one repository, with what is needed alone", async () => {
  await using fake = await startFakeGitHub({ as: "app" });
  await using scene = await setScene("github", fake, { environment: app });
  const { id } = await scene.push({ file: "one();\ntwo();\n" });
  await succeeded(scene, id);
  const asked = fake.server.requests.find(({ route }) => route.endsWith("access_tokens"));
  assert.deepEqual(asked?.body, {
    repositories: ["shop"],
    permissions: { checks: "write", pull_requests: "write", contents: "read" },
  });
});

test("GitHub App: a token that ends while a review is made is replaced before it is used again", async () => {
  await using fake = await startFakeGitHub({ as: "app", tokenLasts: 60_000 });
  await using scene = await setScene("github", fake, { environment: app });
  const { id } = await scene.push({ file: "one();\ntwo();\n", findings: [twice] });
  await succeeded(scene, id);
  const routes = fake.server.requests.map(({ route }) => route);
  const signedIn = routes.findLastIndex((route) => route.endsWith("access_tokens"));
  const announced = routes.indexOf("POST /repos/{owner}/{repo}/check-runs");
  assert(announced < signedIn, routes.join());
});

test("GitHub App: more annotations than one request takes are each there once, whichever fails", async () => {
  await using fake = await startFakeGitHub({ as: "app" });
  await using scene = await setScene("github", fake, { environment: app });
  const lines = Array.from({ length: 120 }, (_, index) => `line${index + 1}();\n`);
  const findings = lines.map((_, index) => ({ ...untested, line: index + 1 }));
  const dropped = new Set<number>();
  // Each of the three writes is lost once, after GitHub has done it.
  fake.server.trouble = ({ route, body, index }) => {
    const isWrite = route.startsWith("PATCH") && route.includes("check-runs");
    const isNew = isWrite && JSON.stringify(body).includes("line") && dropped.size < 3;
    if (isNew) dropped.add(index);
    return isNew ? { do: "drop", when: "after" } : undefined;
  };
  const { id } = await scene.push({ file: lines.join(""), findings });
  await succeeded(scene, id);
  assert.equal(dropped.size, 3);
  assert.equal(fake.annotations().length, 120);
  assert.equal(new Set(fake.annotations()).size, 120);
  assert.equal(fake.states().at(-1)?.state, "neutral");
  // The comments on lines are bounded; the rest stands in the summary.
  assert.equal(fake.comments().filter(({ at }) => at !== undefined).length, 50);
  assert.match(seen(fake).at(-1) ?? "", /`src\/pay\.ts:120`/);
});

test("GitHub App: failed, superseded and cancelled tasks leave no check in progress", async () => {
  await using fake = await startFakeGitHub({ as: "app" });
  await using scene = await setScene("github", fake, { environment: app });
  const first = await waiting(scene, "one();\n");
  const second = await waiting(scene, "two();\n");
  await scene.cancel(second.id);
  await scene.ended(second.id);
  const noJson = { do: "answer", text: "No JSON." } as const;
  const third = await scene.push({ file: "three();\n", steps: [noJson, noJson] });
  await scene.ended(third.id);
  const names = { ONE: first.sha, TWO: second.sha, THREE: third.sha };
  await until(() => fake.states().every(({ state }) => state !== "in_progress"));
  assert.deepEqual(
    seenStates(fake, names).map((line) => line.replace(/(failed): .*/, "$1")),
    [
      "ONE: cancelled, Superseded by what came later",
      "TWO: cancelled, Cancelled",
      "THREE: failure, Review failed",
    ],
  );
});

test("GitHub: lines that it does not know any more are told in the summary", async () => {
  await using fake = await startFakeGitHub({ hasLine: (_path, line) => line !== 3 });
  await using scene = await setScene("github", fake);
  const { id, sha } = await scene.push({
    file: "one();\ntwo();\nthree();\n",
    findings: [twice, untested],
  });
  await succeeded(scene, id);
  assert.deepEqual(seen(fake, { ONE: sha }), [
    "page: ### Review of `ONE` It pays. **2 findings: 1 high, 1 medium** " +
      "Not on a line that this change shows: " +
      "**`src/pay.ts:2`** **high** · bug It charges twice. " +
      "**`src/pay.ts:3`** **medium** · test Nobody tests it.",
  ]);
});

test("GitHub: an account that may not resolve threads says it in the comment", async () => {
  await using fake = await startFakeGitHub({ resolves: false });
  await using scene = await setScene("github", fake);
  for (const findings of [[twice], []]) {
    const { id } = await scene.push({ file: `one();\ntwo(${findings.length});\n`, findings });
    await succeeded(scene, id);
  }
  assert.match(seen(fake)[0] ?? "", /^src\/pay\.ts:2: _Not found any more in/);
  assert.deepEqual(fake.server.problems, []);
});

test("GitHub App without its key: refused at the start, with what to set", async () => {
  await using fake = await startFakeGitHub({ as: "app" });
  const environment = { APP_ID: app.APP_ID };
  await assert.rejects(setScene("github", fake, { environment }), (error: Error) => {
    assert.match(error.message, /github\.private_key is not set/);
    return true;
  });
});

/** A push whose review is under way. */
async function waiting(scene: Scene, file: string) {
  const pushed = await scene.push({ file, steps: [{ do: "wait" }] });
  await until(() => scene.turns() === 1);
  return pushed;
}
