import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { endOrphans, markerVariable } from "#runner/claude/orphans.ts";
import { Mirrors } from "#runner/workspace/mirrors.ts";
import { until } from "../until.ts";
import { serveGit } from "./git-http.ts";
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
    await using server = await serveGit(setting.path("."), { half: true });
    const event = setting.event({ ...sides, url: `${server.url}/shop.git` });
    const input = JSON.stringify({ event, mirrors, folder: setting.folder });
    const environment = { [markerVariable]: setting.path("state") };
    const runner = execa(process.execPath, [program], { input, env: environment, reject: false });
    await until(async () => (await leftIn(mirrors)).some((name) => name.includes("tmp_pack")));
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

/** Locks and halves of packs in all mirrors. */
async function leftIn(mirrors: string): Promise<string[]> {
  const names = await readdir(mirrors, { recursive: true }).catch(() => []);
  return names.filter((name) => /tmp_|\.lock$/.test(name));
}
