import assert from "node:assert/strict";
import { test } from "node:test";
import type { Forge, PullRequestEvent } from "#shared/event.ts";
import { assertFails } from "./assert-fails.ts";
import { serveGit } from "./git-http.ts";
import { createSetting, type Setting, type Sides } from "./setting.ts";

/** The refs that the forges' own documents name for the head of pull request 7. */
const refs: readonly (readonly [Forge, string])[] = [
  ["github", "refs/pull/7/head"],
  ["gitlab", "refs/merge-requests/7/head"],
  ["gitee", "refs/pull/7/head"],
  ["gitea", "refs/pull/7/head"],
];

for (const [forge, ref] of refs) {
  test(`prepareCheckout finds the head of a fork by the ref of ${forge}`, async () => {
    await using setting = await createSetting();
    const { repository } = setting;
    await using server = await serveGit(setting.path("."), { byId: false });
    const base = await repository.commit({ files: { "a.ts": "1\n" } });
    const head = await repository.commit({ branch: "x", from: base, files: { "a.ts": "2\n" } });
    // A server gives out by its id what a ref points to: the head has moved on since.
    await repository.setRef(ref, await repository.grow(1, "x"));
    await repository.setRef("refs/heads/x", undefined);
    const event = setting.event({ head, base, url: `${server.url}/shop.git` });
    const { headSha, files } = await setting.prepare({ ...event, forge });
    assert.deepEqual([headSha, files.length], [head, 1]);
  });
}

test("prepareCheckout takes the branch for a base that the event does not name", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  const fork = await repository.commit({ files: { "a.ts": "1\n" } });
  const head = await repository.commit({ branch: "topic", from: fork, files: { "b.ts": "2\n" } });
  const main = await repository.commit({ files: { "c.ts": "3\n" } });
  const first = await setting.prepare(withoutBase(setting, { head, base: main }));
  assert.deepEqual([first.headSha, first.mergeBase, pathsOf(first)], [head, fork, ["b.ts"]]);

  // The base moved, and the second push is on top of it.
  const moved = await repository.commit({ files: { "d.ts": "4\n" } });
  const next = await repository.commit({ branch: "topic", from: moved, files: { "e.ts": "5\n" } });
  const second = await setting.prepare(withoutBase(setting, { head: next, base: moved }));
  assert.deepEqual([second.mergeBase, pathsOf(second)], [moved, ["e.ts"]]);
});

test("prepareCheckout finds a deep merge base with a base that the event does not name", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  await using server = await serveGit(setting.path("."), { byId: false });
  const fork = await repository.commit({ files: { "a.ts": "1\n" } });
  const head = await repository.commit({ branch: "topic", from: fork, files: { "b.ts": "2\n" } });
  await repository.setRef("refs/pull/7/head", head);
  const base = await repository.grow(90);
  const event = withoutBase(setting, { head, base, url: `${server.url}/shop.git` });
  assert.equal((await setting.prepare(event)).mergeBase, fork);
});

test("prepareCheckout compares with the branch itself when the histories share nothing", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  const base = await repository.commit({ files: { "a.ts": "1\n" } });
  const head = await repository.commit({ branch: "orphan", from: null, files: { "b.ts": "2\n" } });
  assert.equal((await setting.prepare(withoutBase(setting, { head, base }))).mergeBase, base);
});

test("prepareCheckout asks for no branch of an impossible name, and says when one is gone", async () => {
  await using setting = await createSetting();
  const base = await setting.repository.commit({ files: { "a.ts": "1\n" } });
  const event = withoutBase(setting, { head: base, base });
  event.pull_request.base.ref = "main\n+refs/heads/*:refs/heads/*";
  await assertFails(setting.prepare(event), "repository_refused", /not a branch name$/);
  event.pull_request.base.ref = "gone";
  await assertFails(setting.prepare(event), "repository_unavailable", /refs are gone/);
});

function withoutBase(setting: Setting, sides: Sides): PullRequestEvent {
  const event = setting.event(sides);
  const { base, ...rest } = event.pull_request;
  return { ...event, pull_request: { ...rest, base: { ref: base.ref } } };
}

function pathsOf({ files }: { files: readonly { path: string }[] }): string[] {
  return files.map(({ path }) => path);
}

test("prepareCheckout takes what the forge has now for a head that the event does not name", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  const base = await repository.commit({ files: { "a.ts": "1\n" } });
  const old = await repository.commit({ branch: "topic", from: base, files: { "b.ts": "2\n" } });
  const told = setting.event({ head: old, base });
  const subject = {
    ...told,
    pull_request: { ...told.pull_request, head: {}, base: { ref: "main" } },
  };
  await repository.setRef("refs/pull/7/head", old);
  assert.equal((await setting.prepare(subject)).headSha, old);
  const head = await repository.commit({ branch: "topic", from: old, files: { "c.ts": "3\n" } });
  await repository.setRef("refs/pull/7/head", head);
  const now = await setting.prepare(subject);
  assert.deepEqual([now.headSha, now.mergeBase, pathsOf(now)], [head, base, ["b.ts", "c.ts"]]);
  await repository.setRef("refs/pull/7/head", undefined);
  await assertFails(setting.prepare(subject), "repository_unavailable", /refs are gone/);
});
