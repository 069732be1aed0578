import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskEvent } from "#shared/task-event.ts";
import { startFakeGitHub } from "../forges/github.ts";
import { inJson, newTest, proposal } from "../review/reports.ts";
import { until } from "../until.ts";
import { command, commentUrl } from "./command.ts";
import { everyForge } from "./every-forge.ts";
import { type Scene, setScene } from "./scene.ts";
import { seen } from "./seen.ts";
import { succeeded } from "./succeeded.ts";

const environment = { PUBLISH_WRITE_TESTS: "true" };
const wish = { kind: "test", message: "--write the cart" } as const;

const branchesOf = ({ repository }: Scene) =>
  repository.git(["for-each-ref", "--format=%(refname:short)", "refs/heads/cicd-runner"]);

const places = { github: "tree", gitlab: "-/tree", gitee: "tree", gitea: "src/branch" } as const;

for (const { forge, start, reading, writing } of everyForge) {
  test(`${forge}: /test --write puts the tests on a branch, for who may write`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake, { environment });
    await scene.repository.git(["config", "http.receivepack", "true"]);
    const { id: review, sha: head } = await scene.push({ file: "one();\n" });
    await succeeded(scene, review);
    fake.permissions.set("mona", writing).set("eve", reading);
    scene.answers(inJson(proposal));
    const said = fake.say("mona", "/test --write the cart", "src/pay.ts:1");
    const id = await command(scene, { ...wish, said });
    await succeeded(scene, id);
    const { result } = await scene.task(id);
    assert(result?.kind === "answer" && result.written !== undefined);
    const { branch, sha, url } = result.written;
    assert.equal(branch, "cicd-runner/tests-7");
    assert.equal(url, `https://forge.test/acme/shop/${places[forge]}/${branch}`);
    assert.equal(await scene.repository.git(["log", "--format=%H", `${head}..${branch}`]), sha);
    const link = `They are on the branch [\`${branch}\`](<${url}>), as commit \`${sha.slice(0, 8)}\`.`;
    assert.match(result.text, /^They are on the branch /);
    const shown = seen(fake).at(-1) ?? "";
    assert(shown.includes(`${link} It was not tested.`), shown);
    // Verified by the edge, but no member who may push.
    const turns = scene.turns();
    const asked = fake.say("eve", "/test --write", "src/pay.ts:1");
    const refused = await scene.ended(
      await command(scene, { ...wish, said: asked, author: "eve" }),
    );
    assert.equal(refused.error?.code, "forbidden");
    assert.equal(scene.turns(), turns);
    await until(() => /does not say that eve may write/.test(seen(fake).at(-1) ?? ""));
    assert.equal(await branchesOf(scene), branch);
    assert.deepEqual(fake.server.problems, []);
  });
}

test("/test --write where it may not: why, without the model; nothing is written", async () => {
  await using fake = await startFakeGitHub();
  fake.permissions.set("mona", "write");
  for (const [settings, about, why] of [
    [{}, {}, /this runner writes to no repository.*publish\.write_tests/],
    [{ ...environment, PUBLISH_ENABLED: "false" }, {}, /this runner writes to no repository/],
    [environment, { fork: true }, /is from a fork/],
    [
      environment,
      { clone_url: "https://elsewhere.test/acme/shop.git" },
      /git has no token for elsewhere\.test/,
    ],
  ] as const) {
    await using scene = await setScene("github", fake, { environment: settings });
    await scene.repository.git(["config", "http.receivepack", "true"]);
    await succeeded(scene, (await scene.push({ file: "one();\n" })).id);
    const turns = scene.turns();
    const said = fake.say("mona", "/test --write", "src/pay.ts:1");
    const { repository, pull_request, ...event } = scene.event();
    const { clone_url, fork } = { clone_url: repository.clone_url, fork: false, ...about };
    const asked: TaskEvent = {
      ...event,
      ...{ type: "comment", action: "created", authorization: "verified" },
      repository: { ...repository, clone_url },
      pull_request: { ...pull_request, fork },
      comment: { ...said, url: commentUrl, body: "/test --write", author: "mona" },
    };
    const id = await scene.handOver("test", asked, "--write");
    const { state, error } = await scene.ended(id);
    assert.equal(state, "failed");
    assert.match(`${error?.message} ${error?.hint}`, why);
    if (!("PUBLISH_ENABLED" in settings)) await until(() => why.test(seen(fake).at(-1) ?? ""));
    assert.equal(scene.turns(), turns);
    assert.equal(await branchesOf(scene), "");
  }
});

test("/test --write, none missing: says so, and makes no branch", async () => {
  await using fake = await startFakeGitHub();
  await using scene = await setScene("github", fake, { environment });
  await scene.repository.git(["config", "http.receivepack", "true"]);
  await succeeded(scene, (await scene.push({ file: "one();\n" })).id);
  fake.permissions.set("mona", "write");
  scene.answers(inJson({ ...proposal, patch: null }));
  const said = fake.say("mona", "/test --write", "src/pay.ts:1");
  await succeeded(scene, await command(scene, { ...wish, said }));
  assert.match(seen(fake).at(-1) ?? "", /No test is missing/);
  assert.equal(await branchesOf(scene), "");
});

test("/test --write, a patch with what looks like a token: not written, and why", async () => {
  await using fake = await startFakeGitHub();
  await using scene = await setScene("github", fake, { environment });
  await scene.repository.git(["config", "http.receivepack", "true"]);
  await succeeded(scene, (await scene.push({ file: "one();\n" })).id);
  fake.permissions.set("mona", "write");
  const patch = newTest.replace("one()", 'use("the-forge-token")');
  scene.answers(inJson({ ...proposal, patch }));
  const said = fake.say("mona", "/test --write", "src/pay.ts:1");
  const { error } = await scene.ended(await command(scene, { ...wish, said }));
  assert.match(error?.message ?? "", /looks like a secret/);
  assert.equal(await branchesOf(scene), "");
});

test("/test --write, a push that is refused: a replay writes it without asking the model again", async () => {
  await using fake = await startFakeGitHub();
  await using scene = await setScene("github", fake, { environment });
  await succeeded(scene, (await scene.push({ file: "one();\n" })).id);
  fake.permissions.set("mona", "write");
  scene.answers(inJson(proposal));
  const said = fake.say("mona", "/test --write", "src/pay.ts:1");
  const id = await command(scene, { ...wish, said });
  const { error } = await scene.ended(id);
  assert.equal(error?.code, "repository_refused");
  await until(() => /`\/test` failed:.*403.*publish\.write_tests/.test(seen(fake).at(-1) ?? ""));
  await scene.repository.git(["config", "http.receivepack", "true"]);
  const turns = scene.turns();
  await succeeded(scene, await scene.replay(id));
  assert.equal(scene.turns(), turns);
  assert.equal(await branchesOf(scene), "cicd-runner/tests-7");
  assert.match(seen(fake).at(-1) ?? "", /They are on the branch/);
});

test("/test --write, the answer lost on its way: one branch, and one answer", async () => {
  await using fake = await startFakeGitHub();
  await using scene = await setScene("github", fake, {
    environment: { ...environment, PUBLISH_TIMEOUT: "1ms" },
  });
  await scene.repository.git(["config", "http.receivepack", "true"]);
  await succeeded(scene, (await scene.push({ file: "one();\n" })).id);
  fake.permissions.set("mona", "write");
  let hasStruck = false;
  fake.server.trouble = ({ route }) => {
    if (hasStruck || !route.endsWith("/replies")) return undefined;
    hasStruck = true;
    return { do: "drop", when: "after" };
  };
  scene.answers(inJson(proposal));
  const said = fake.say("mona", "/test --write", "src/pay.ts:1");
  const before = seen(fake).length;
  const id = await command(scene, { ...wish, said });
  await succeeded(scene, id);
  assert.equal((await scene.task(id)).attempt, 2);
  assert.equal(seen(fake).length, before + 1);
  assert.equal(await branchesOf(scene), "cicd-runner/tests-7");
  assert.equal(scene.turns(), 1);
});
