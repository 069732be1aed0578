import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { isAlive } from "#runner/claude/identity.ts";
import { endStrays, markerVariable } from "#runner/claude/orphans.ts";
import { tempFolder } from "../temp-folder.ts";
import { startFamily } from "./start-family.ts";

suite("endStrays", () => {
  test("a family with the mark: ends who is not below this process any more, and no other", async () => {
    await using folder = await tempFolder();
    await using family = await startFamily({ [markerVariable]: folder.path });
    assert.equal(await endStrays(folder.path), 1);
    const { parent, child, orphan } = family;
    const alive = await Promise.all([parent, child, orphan].map(isAlive));
    assert.deepEqual(alive, [true, true, false]);
  });

  test("strays of another folder: stay", async () => {
    await using folder = await tempFolder();
    await using family = await startFamily({ [markerVariable]: `${folder.path}-2` });
    assert.equal(await endStrays(folder.path), 0);
    assert.equal(await isAlive(family.orphan), true);
  });
});
