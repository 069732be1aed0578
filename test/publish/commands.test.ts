import assert from "node:assert/strict";
import { test } from "node:test";
import { startFakeGitHub } from "../forges/github.ts";
import { startFakeGitLab } from "../forges/gitlab.ts";
import { startProgram } from "../host/program.ts";
import { diagnosis, inJson } from "../review/reports.ts";
import { prepareTalk } from "../review/talk.ts";
import { until } from "../until.ts";
import { command } from "./command.ts";
import { setScene } from "./scene.ts";
import { seen, seenStates } from "./seen.ts";
import { succeeded } from "./succeeded.ts";

test("kill -9 of the host when its answer has just been added: it is there once", async () => {
  await using fake = await startFakeGitHub();
  await using scene = await setScene("github", fake, { isStarted: false });
  const environment = { ...scene.environment, GITHUB_WEBHOOK_SECRET: "webhook-secret" };
  await using first = await startProgram(scene.folder, environment);
  scene.url = first.runnerUrl;
  await succeeded(scene, (await scene.push({ file: "one();\n" })).id);
  const isKilled = Promise.withResolvers<void>();
  fake.server.trouble = ({ route }) => {
    if (!route.endsWith("/replies")) return undefined;
    isKilled.resolve(first.stop("SIGKILL").then(() => {}));
    return { do: "drop", when: "after" };
  };
  const said = fake.say("mona", "/ask Why?", "src/pay.ts:1");
  scene.answers("Because.");
  const id = await command(scene, { kind: "ask", said, message: "Why?" });
  await isKilled.promise;
  await using second = await startProgram(scene.folder, environment);
  scene.url = second.runnerUrl;
  await succeeded(scene, id);
  assert.deepEqual(seen(fake).slice(1), [`reply to ${said.thread}: Because.`]);
  assert.equal(scene.turns(), 1);
});

test("what the API asks is answered there alone", async () => {
  await using fake = await startFakeGitHub();
  await using scene = await setScene("github", fake);
  const { id } = await scene.push({ file: "one();\n" });
  await succeeded(scene, id);
  const said = fake.say("mona", "/help");
  await succeeded(scene, await command(scene, { kind: "help", said }));
  const before = seen(fake);
  scene.answers("Because.");
  // The last event of the session is the comment.
  const asked = await scene.ask((await scene.task(id)).session_id, "Why?");
  await succeeded(scene, asked);
  const { result } = await scene.task(asked);
  assert(result?.kind === "answer" && result.text === "Because.");
  assert.deepEqual(seen(fake), before);
});

test("asked by the API after a comment of somebody unknown: the token allows it, not the comment", async () => {
  await using fake = await startFakeGitHub();
  await using scene = await setScene("github", fake);
  const { id } = await scene.push({ file: "one();\n" });
  await succeeded(scene, id);
  const said = fake.say("eve", "/ask Why?");
  const unknown = { said, author: "eve", authorization: "unverified", message: "Why?" } as const;
  const refused = await scene.ended(await command(scene, { kind: "ask", ...unknown }));
  assert.equal(refused.error?.code, "forbidden");
  scene.answers("Because.");
  const asked = await scene.ask(refused.session_id, "Why?");
  await succeeded(scene, asked);
  const { result } = await scene.task(asked);
  assert(result?.kind === "answer" && result.text === "Because.");
});

test("commands that there are not: help once, and nothing to those who may not", async () => {
  await using fake = await startFakeGitHub();
  await using scene = await setScene("github", fake);
  await succeeded(scene, (await scene.push({ file: "one();\n" })).id);
  const unknown = async (author: string, authorization: "verified" | "unverified") => {
    const said = fake.say(author, "/lgtm");
    const how = { kind: "help", said, author, authorization, message: "/lgtm" } as const;
    return await scene.ended(await command(scene, how));
  };
  assert.equal((await unknown("eve", "unverified")).error?.code, "forbidden");
  for (const kind of ["answer", "none"]) {
    assert.equal((await unknown("mona", "verified")).result?.kind, kind);
  }
  const [, help, ...more] = seen(fake);
  assert.match(help ?? "", /There is no command `\/lgtm`.*\/analyze/);
  assert.deepEqual(more, []);
});

test("a failed pipeline: its analysis is a comment on the pull request that names it", async () => {
  await using fake = await startFakeGitLab();
  await using scene = await setScene("gitlab", fake);
  const { id, sha } = await scene.push({ file: "one();\n" });
  await succeeded(scene, id);
  scene.answers(inJson(diagnosis));
  const url = "https://forge.test/pipelines/9";
  const pipeline = { name: "@all <!-- CI", url, head_sha: sha };
  const event = { ...scene.event(), type: "pipeline", action: "failed", pipeline } as const;
  await succeeded(scene, await scene.handOver("analyze", event, "CI failed."));
  assert.deepEqual(seen(fake, { ONE: sha }).slice(1), [
    `page: ### [Pipeline \`@all <!-- CI\`](<${url}>) failed at \`ONE\` **A test**, by this change (confidence: high) The test expects 2. \`\`\`text expected 2, got 3 \`\`\` **Fix:** Expect 3.`,
  ]);
});

test("a review asked for without the commits: shown at the commit that was fetched, until it ends", async () => {
  await using fake = await startFakeGitHub();
  await using scene = await setScene("github", fake);
  const { id, sha } = await scene.push({ file: "one();\n" });
  await succeeded(scene, id);
  await scene.repository.setRef("refs/pull/7/head", sha);
  prepareTalk(scene.folder, [{ do: "wait" }]);
  const said = fake.say("mona", "/review");
  const message = "Look again";
  const review = await command(scene, { kind: "review", said, message, isHeadless: true });
  await until(() => scene.turns() === 1);
  assert.deepEqual(seenStates(fake, { ONE: sha }), ["ONE: pending, Review in progress"]);
  await scene.cancel(review);
  assert.equal((await scene.ended(review)).state, "cancelled");
  await until(() => seenStates(fake, { ONE: sha })[0] === "ONE: error, Cancelled");
});

test("a review asked for without the commits, which are not there: why, where it was asked", async () => {
  await using fake = await startFakeGitHub();
  await using scene = await setScene("github", fake);
  const { id, sha } = await scene.push({ file: "one();\n" });
  await succeeded(scene, id);
  const states = fake.states();
  const said = fake.say("mona", "/review", "src/pay.ts:1");
  const review = await command(scene, { kind: "review", said, isHeadless: true });
  assert.equal((await scene.ended(review)).state, "failed");
  await until(() => seen(fake).length === 2);
  const [summary = "", reply = ""] = seen(fake, { ONE: sha });
  assert.match(summary, /^page: ### Review failed This version was \*\*not\*\* reviewed: /);
  assert(reply.startsWith(`reply to ${said.thread}: **\`/review\` failed:** `), reply);
  assert.deepEqual(fake.states(), states);
});
