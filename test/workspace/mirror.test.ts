import assert from "node:assert/strict";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import type { CheckoutOptions } from "#runner/workspace/checkout.ts";
import { serveGit } from "./git-http.ts";
import { objectCount } from "./object-count.ts";
import { createSetting, type Setting, type Sides } from "./setting.ts";

test("the second pull request of a repository brings only its own commits", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  await repository.commit({ files: Object.fromEntries(names(200).map((name) => [name, name])) });
  const base = await repository.grow(80);
  const head = (branch: string, name: string) =>
    repository.commit({ branch, from: base, files: { [name]: "changed\n" } });
  await review(setting, 1, { head: await head("one", "one.ts"), base });
  const before = await objectCount(setting.gitDir);
  await review(setting, 2, { head: await head("two", "two.ts"), base });
  // A commit, its tree and a file.
  assert.equal(await objectCount(setting.gitDir), before + 3);
  assert.deepEqual(
    [await namesIn(setting, 1), await namesIn(setting, 2)].map((tree) =>
      tree.filter((name) => name.endsWith(".ts")),
    ),
    [["one.ts"], ["two.ts"]],
  );
});

test("sessions that need the same commits at once fetch them once, one waiting for the other", async () => {
  await using setting = await createSetting();
  await using server = await serveGit(setting.path("."));
  const sides = { ...(await pullRequest(setting)), url: `${server.url}/shop.git` };
  const steps: string[] = [];
  const onStep = (step: string) => void steps.push(step);
  const numbers = [1, 2, 3, 4, 5];
  await Promise.all(numbers.map((number) => review(setting, number, sides, { onStep })));
  assert.equal(server.requests.filter(({ path }) => path.includes("/info/refs")).length, 1);
  assert.equal(steps.filter((step) => step === "wait").length, 4);
  for (const number of numbers) assert.deepEqual(await namesIn(setting, number), ["a.ts"]);
});

test("a session that gives up waiting for a fetch leaves that fetch alone", async () => {
  await using setting = await createSetting();
  const asked = Promise.withResolvers<() => void>();
  let isFirst = true;
  await using server = await serveGit(setting.path("."), {
    intercept: (_, response) => {
      if (!isFirst) return false;
      isFirst = false;
      asked.resolve(() => void response.writeHead(503).end());
      return true;
    },
  });
  const sides = { ...(await pullRequest(setting)), url: `${server.url}/shop.git` };
  const first = review(setting, 1, sides);
  const answer = await asked.promise;
  const controller = new AbortController();
  const reason = new Error("A new push");
  const second = review(setting, 2, sides, { signal: controller.signal });
  const third = review(setting, 3, sides);
  controller.abort(reason);
  await assert.rejects(second, reason);
  answer();
  await assert.rejects(first, /503/);
  // Whoever waited on has a turn of its own.
  assert.equal((await third).files.length, 1);
});

test("a pull request from before the mirror's history brings not all before that, nor cuts others", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  const old = await repository.grow(7000);
  const fork = await repository.grow(1000);
  const base = await repository.grow(300);
  const one = await repository.commit({ branch: "one", from: fork, files: { "one.ts": "" } });
  const two = await repository.commit({ branch: "two", from: old, files: { "two.ts": "" } });
  assert.equal((await review(setting, 1, { head: one, base })).mergeBase, fork);
  const { mergeBase } = await review(setting, 2, { head: two, base });
  assert.equal(mergeBase, old);
  // 21,000 lie before.
  assert((await objectCount(setting.gitDir)) < 9000);
  // The fetch of it all was killed on its way.
  const packs = await readdir(join(setting.gitDir, "objects", "pack"));
  assert.deepEqual(
    packs.filter((name) => name.startsWith("tmp_")),
    [],
  );
  await rm(repository.folder, { recursive: true });
  assert.equal((await review(setting, 1, { head: one, base })).mergeBase, fork);
});

test("a mirror is named by nothing that people chose, and each place has its own", async () => {
  await using setting = await createSetting();
  const { head, base } = await pullRequest(setting);
  await review(setting, 1, { head, base });
  const forged = setting.event({ head, base });
  const { repository } = forged;
  const others = [
    { ...forged, repository: { ...repository, clone_url: "file:///elsewhere" } },
    { ...forged, repository: { ...repository, name: "..", owner: "../../.." } },
    { ...forged, repository: { ...repository, host: "elsewhere" } },
  ];
  const all = [forged, ...others].map((event) => setting.mirrors.of(event).gitDir);
  assert.equal(new Set(all).size, 4);
  for (const gitDir of all)
    assert.match(gitDir.slice(setting.path("mirrors").length), /^\/[0-9a-f]{64}$/);
});

test("the packs of many fetches become few, and hold all that they held", async () => {
  await using setting = await createSetting();
  const { gitDir } = setting;
  const sides = { head: await setting.repository.grow(20), base: await setting.repository.grow(1) };
  await review(setting, 1, sides);
  const env = { GIT_DIR: gitDir };
  const { stdout } = await execa("git", ["rev-list", "--objects", "--all"], { env });
  const ids = stdout.split("\n").map((line) => line.slice(0, 40));
  const packs = async () =>
    (await readdir(join(gitDir, "objects", "pack"))).filter((name) => name.endsWith(".pack"))
      .length;
  for (const id of ids) {
    await execa("git", ["pack-objects", "-q", join(gitDir, "objects", "pack", "pack")], {
      env,
      input: id,
    });
  }
  assert((await packs()) > 50);
  await review(setting, 1, sides);
  assert((await packs()) < 10, `${await packs()} packs`);
  await execa("git", ["fsck", "--no-dangling"], { env });
  assert((await objectCount(gitDir)) >= ids.length);
});

test("nothing of a session leads git from its tree to the mirror", async () => {
  await using setting = await createSetting();
  const { tree } = await review(setting, 1, await pullRequest(setting));
  assert.deepEqual((await readdir(join(tree, ".."))).sort(), ["index", "tree"]);
  assert.equal((await readFile(join(tree, "..", "index"), "latin1")).slice(0, 4), "DIRC");
});

/** Reviews a pull request of some number in a session of its own. */
async function review(
  setting: Setting,
  number: number,
  sides: Sides,
  options: Partial<CheckoutOptions> = {},
) {
  const event = setting.event(sides);
  const pull_request = { ...event.pull_request, number };
  const folder = setting.path(`session-${number}`);
  return await setting.prepare({ ...event, pull_request }, { folder, ...options });
}

async function namesIn(setting: Setting, number: number): Promise<string[]> {
  return (await readdir(join(setting.path(`session-${number}`), "tree"))).sort();
}

async function pullRequest({ repository }: Setting) {
  const base = await repository.commit({ files: { "a.ts": "1\n" } });
  const head = await repository.commit({ branch: "topic", from: base, files: { "a.ts": "2\n" } });
  return { head, base };
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `files/${index}.txt`);
}
