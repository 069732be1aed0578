import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { Mirrors } from "#runner/workspace/mirrors.ts";
import { type PushOptions, pushPatch } from "#runner/workspace/push-patch.ts";
import { newTest } from "../review/reports.ts";
import { assertFails } from "./assert-fails.ts";
import { serveGit } from "./git-http.ts";
import { createSetting } from "./setting.ts";

const credential = `Basic ${Buffer.from("x-access-token:s3cret-token").toString("base64")}`;
const message = "Add tests";

/** A pull request on a server that takes pushes with the credential alone. */
async function setPush() {
  await using undo = new AsyncDisposableStack();
  const setting = undo.use(await createSetting());
  const { repository } = setting;
  await repository.git(["config", "http.receivepack", "true"]);
  const options = { authorization: credential };
  const server = undo.use(await serveGit(setting.path("."), options));
  const base = await repository.commit({ files: { "src/pay.ts": "one();\n" } });
  const head = await repository.commit({
    files: { "src/pay.ts": "two();\n" },
    branch: "topic",
    from: base,
  });
  const event = setting.event({ head, base, url: `${server.url}/shop.git` });
  const push = (patch: string, how: Partial<PushOptions> = {}, headSha = head) =>
    pushPatch(
      event,
      { headSha, patch, message },
      {
        mirrors: setting.mirrors,
        git: {
          protocols: ["http"],
          isPrivateAllowed: () => true,
          authorization: async () => credential,
        },
        signal: new AbortController().signal,
        paths: ["**/test/**"],
        beforeWrite: async () => {},
        ...how,
      },
    );
  const branches = async () =>
    await repository.git(["for-each-ref", "--format=%(refname:short) %(objectname)"]);
  const resources = undo.move();
  return {
    ...{ setting, repository, server, head, base, push, branches },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const other = newTest.replace("+one();", "+two();");

test("pushPatch: one commit of ours on top of the head, on a branch of its own", async () => {
  await using scene = await setPush();
  const { repository, head } = scene;
  const before = await scene.branches();
  const { branch, sha } = await scene.push(newTest);
  assert.equal(branch, "cicd-runner/tests-7");
  assert.equal(await scene.branches(), `${branch} ${sha}\n${before}`);
  const format = "--format=%P|%an <%ae>|%cn <%ce>|%s";
  const us = "cicd-runner <noreply@cicd-runner.invalid>";
  assert.equal(
    await repository.git(["show", "--no-patch", format, sha]),
    `${head}|${us}|${us}|${message}`,
  );
  assert.equal(await repository.git(["diff", "--name-status", head, sha]), "A\ttest/pay.test.ts");
});

test("pushPatch: the same again is found, also without a mirror; nothing is pushed", async () => {
  await using scene = await setPush();
  const first = await scene.push(newTest);
  let writes = 0;
  const beforeWrite = async () => {
    writes += 1;
  };
  assert.deepEqual(await scene.push(newTest, { beforeWrite }), first);
  const mirrors = new Mirrors(scene.setting.path("other-mirrors"));
  assert.deepEqual(await scene.push(newTest, { beforeWrite, mirrors }), first);
  assert.equal(writes, 0);
});

test("pushPatch: branches that there are stay; another one gets the head's id, then a number", async () => {
  await using scene = await setPush();
  const { repository, head, base } = scene;
  await repository.setRef("refs/heads/cicd-runner/tests-7", base);
  const first = await scene.push(newTest);
  const second = await scene.push(other);
  const name = `cicd-runner/tests-7-${head.slice(0, 12)}`;
  assert.deepEqual([first.branch, second.branch], [name, `${name}-2`]);
  assert.deepEqual(await scene.push(newTest), first);
  const [untouched] = (await scene.branches()).split("\n");
  assert.equal(untouched, `cicd-runner/tests-7 ${base}`);
});

test("pushPatch: a branch that somebody makes meanwhile stays as it is", async () => {
  await using scene = await setPush();
  const { repository, base } = scene;
  const ref = "refs/heads/cicd-runner/tests-7";
  // It leads to the head: a push that may move it on would do so.
  const beforeWrite = () => repository.setRef(ref, base);
  await assertFails(scene.push(newTest, { beforeWrite }), "repository_unavailable", /rejected/);
  assert.equal(await repository.git(["rev-parse", ref]), base);
  const { branch } = await scene.push(newTest);
  assert.match(branch, /^cicd-runner\/tests-7-[0-9a-f]{12}$/);
});

test("pushPatch: a server that refuses: why, and what to do", async () => {
  await using scene = await setPush();
  const hooks = `${scene.repository.folder}/hooks`;
  await mkdir(hooks, { recursive: true });
  const hook = `${hooks}/pre-receive`;
  await writeFile(hook, "#!/bin/sh\necho No bots here. >&2\nexit 1\n", { mode: 0o755 });
  const declined = await assertFails(
    scene.push(newTest),
    "repository_refused",
    /No bots here.*pre-receive hook declined/,
  );
  assert.match(declined.hint ?? "", /publish\.write_tests/);
  await rm(hook);
  await scene.repository.git(["config", "http.receivepack", "false"]);
  const forbidden = await assertFails(scene.push(newTest), "repository_refused", /403/);
  assert.match(forbidden.hint ?? "", /publish\.write_tests/);
  assert.equal((await scene.branches()).includes("cicd-runner/"), false);
});

test("pushPatch: what is no test, or does not apply, or is not this host's any more: nothing", async () => {
  await using scene = await setPush();
  const before = await scene.branches();
  const code = newTest.replaceAll("test/pay.test.ts", ".github/workflows/pay.yml");
  await assertFails(scene.push(code), "answer_unparsable", /no test file/);
  const beside = "--- a/test/a.ts\n+++ b/test/a.ts\n@@ -1 +1 @@\n-1\n+2\n";
  await assertFails(scene.push(beside), "answer_unparsable", /can't apply/);
  const beforeWrite = async () => {
    throw new Error("not ours");
  };
  await assert.rejects(scene.push(newTest, { beforeWrite }), /not ours/);
  assert.equal(await scene.branches(), before);
});

test("pushPatch shows the credential to the server with each request", async () => {
  await using scene = await setPush();
  await scene.push(newTest);
  const { requests } = scene.server;
  assert(requests.some(({ path }) => path.endsWith("/git-receive-pack")));
  assert(requests.every(({ authorization }) => authorization === credential));
});
