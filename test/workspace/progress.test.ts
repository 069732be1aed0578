import assert from "node:assert/strict";
import { test } from "node:test";
import { fetchCommits } from "#runner/workspace/fetch.ts";
import { atMostEach, type Progress, StderrReader } from "#runner/workspace/progress.ts";
import { layOutSession } from "#runner/workspace/session-folder.ts";
import { createSetting } from "./setting.ts";

test("a fetch tells how far it is, by git's own count", async () => {
  await using setting = await createSetting();
  const base = await setting.repository.grow(40);
  const event = setting.event({ head: base, base });
  const mirror = setting.mirrors.of(event);
  const { signal } = new AbortController();
  const session = await layOutSession(setting.folder);
  const options = { protocols: ["file"] };
  const workspace = { gitDir: mirror.gitDir, ...session, options, signal };
  const told: Progress[] = [];
  await mirror.change(() => fetchCommits(event, workspace, (progress) => told.push(progress)), {
    signal,
  });
  const receiving = told.filter(({ phase }) => phase === "receiving");
  // 40 commits, trees and files.
  assert.deepEqual(receiving.at(-1), { phase: "receiving", done: 120, total: 120 });
  assert(receiving.every(({ done }, index) => done >= (receiving[index - 1]?.done ?? 0)));
});

test("StderrReader keeps all but progress, however it comes in pieces, and takes nothing from the server", () => {
  const said = [
    "remote: Enumerating objects: 5, done.        \n",
    "remote: Counting objects:  50% (1/2)        \rremote: Counting objects: 100% (2/2), done.\n",
    "remote: Receiving objects:  50% (7/9)\r",
    "remote: Your token is about to expire\n",
    "Receiving objects:  33% (1/3)\rReceiving objects: 100% (3/3), 10.00 KiB | 1 MiB/s, done.\n",
    "Resolving deltas: 100% (1/1), done.\n",
    "fatal: early EOF",
  ].join("");
  for (const size of [1, 2, 7, 30, 1000]) {
    const told: string[] = [];
    const reader = new StderrReader(
      ({ phase, done, total }) => told.push(`${phase} ${done}/${total}`),
      1000,
    );
    for (let at = 0; at < said.length; at += size) reader.read(said.slice(at, at + size));
    assert.deepEqual(told, ["receiving 1/3", "receiving 3/3", "resolving 1/1"]);
    assert.equal(reader.text, "remote: Your token is about to expire\nfatal: early EOF");
  }
});

test("StderrReader keeps the end of what is long", () => {
  const reader = new StderrReader(() => {}, 10);
  reader.read(`${"x".repeat(100)}\nfatal: no`);
  assert(reader.text.endsWith("fatal: no") && reader.text.length <= 20);
});

test("atMostEach passes on nothing of what is soon over, and one of what comes at once", (t) => {
  t.mock.timers.enable({ apis: ["Date"] });
  const now = t.mock.method(performance, "now", () => Date.now());
  const told: number[] = [];
  const tell = atMostEach(1000, (value: number) => told.push(value));
  for (let step = 0; step < 35; step += 1) {
    t.mock.timers.tick(100);
    tell(step);
  }
  now.mock.restore();
  assert.deepEqual(told, [9, 19, 29]);
});
