import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { endOrphans, markerVariable } from "#runner/claude/orphans.ts";
import { Mirrors } from "#runner/workspace/mirrors.ts";
import { until } from "../until.ts";
import { type GitHttpOptions, serveGit } from "./git-http.ts";
import { createSetting } from "./setting.ts";

const program = new URL("prepare.ts", import.meta.url).pathname;

test("a runner that is killed in the middle of a fetch leaves nothing in the way", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  const base = await repository.grow(40);
  // More than one packet of git's protocol.
  const files = { "a.bin": randomBytes(500_000) };
  const head = await repository.commit({ branch: "topic", from: base, files });
  const mirrors = setting.path("mirrors");
  const sides = { head, base };
  {
    await using server = await serveGit(setting.path("."), { half: "kept open" });
    const event = setting.event({ ...sides, url: `${server.url}/shop.git` });
    const input = JSON.stringify({ event, mirrors, folder: setting.folder });
    const environment = { [markerVariable]: setting.path("state") };
    const runner = execa(process.execPath, [program], { input, env: environment, reject: false });
    // It is within the file, silent: of a word to a runner that is gone, git would die by itself.
    await until(async () => (await halfIn(mirrors)) > 100_000);
    runner.kill("SIGKILL");
    assert.equal((await runner).signal, "SIGKILL");
    // What a host does at its start: the git that was left is still at it.
    assert((await endOrphans(setting.path("state"))) > 0);
    assert.notDeepEqual(await leftIn(mirrors), []);
  }
  await using server = await serveGit(setting.path("."));
  const event = setting.event({ ...sides, url: `${server.url}/shop.git` });
  // The other server had another port, and with it a mirror of its own: this one takes its place.
  const { gitDir } = new Mirrors(mirrors).of(event);
  const [mirror = ""] = await readdir(mirrors);
  await rename(join(mirrors, mirror), gitDir);
  const checkout = await setting.prepare(event, { mirrors: new Mirrors(mirrors) });
  assert.equal(checkout.files.length, 1);
  assert.deepEqual(await leftIn(mirrors), []);
});

test("an earlier head whose fetch is cut off: the review goes on, and half of it is not kept", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  const base = await repository.grow(1);
  const head = await repository.commit({ branch: "topic", from: base, files: { "a.ts": "" } });
  const files = { "a.bin": randomBytes(500_000) };
  const reviewedSha = await repository.commit({ branch: "before", from: base, files });
  let half: GitHttpOptions["half"];
  await using server = await serveGit(setting.path("."), {
    get half() {
      return half;
    },
  });
  const sides = { head, base, url: `${server.url}/shop.git` };
  await setting.checkout(sides);
  half = "cut off";
  const { since } = await setting.checkout(sides, { reviewedSha });
  assert.deepEqual(since, { kind: "rewritten", from: reviewedSha });
  assert.deepEqual(await leftIn(setting.path("mirrors")), []);
});

/** The size of the half of a pack in a mirror, in bytes. */
async function halfIn(mirrors: string): Promise<number> {
  const name = (await leftIn(mirrors)).find((one) => one.includes("tmp_pack"));
  return name === undefined ? 0 : (await stat(join(mirrors, name))).size;
}

/** Locks and halves of packs in all mirrors. */
async function leftIn(mirrors: string): Promise<string[]> {
  const names = await readdir(mirrors, { recursive: true }).catch(() => []);
  return names.filter((name) => /tmp_|\.lock$/.test(name));
}
