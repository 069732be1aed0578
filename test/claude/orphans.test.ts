import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test } from "node:test";
import { isAlive } from "#runner/claude/identity.ts";
import { endOrphans, markerVariable } from "#runner/claude/orphans.ts";
import { tempFolder } from "../temp-folder.ts";
import { type Family, startFamily } from "./start-family.ts";

suite("endOrphans", () => {
  test("a family with the mark: ends all three, and says so", async () => {
    await using folder = await tempFolder();
    await using family = await startFamily({ [markerVariable]: folder.path });
    assert.equal(await endOrphans(folder.path), 3);
    assert.deepEqual(await alive(family), [false, false, false]);
    assert.equal(await endOrphans(folder.path), 0);
  });

  test("those whose parent was killed before: are found and ended", async () => {
    await using folder = await tempFolder();
    await using family = await startFamily({ A: "1", [markerVariable]: folder.path, Z: "2" });
    const exit = once(family.process, "exit");
    family.process.kill("SIGKILL");
    await exit;
    assert.equal(await endOrphans(folder.path), 2);
    assert.deepEqual(await alive(family), [false, false, false]);
  });

  test("processes without the mark, or with another folder's: stay", async () => {
    await using folder = await tempFolder();
    for (const environment of [
      {},
      { [markerVariable]: `${folder.path}-2` },
      { [markerVariable]: folder.path.slice(0, -1) },
      { [markerVariable]: "" },
      { [`X${markerVariable}`]: folder.path },
      { OTHER: `${markerVariable}=${folder.path}` },
    ]) {
      await using family = await startFamily(environment);
      assert.equal(await endOrphans(folder.path), 0);
      assert.deepEqual(await alive(family), [true, true, true]);
    }
  });
});

function alive({ parent, child, orphan }: Family): Promise<boolean[]> {
  return Promise.all([parent, child, orphan].map(isAlive));
}
