import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { test } from "node:test";
import fc from "fast-check";
import { FolderSizes, keepWithin } from "#runner/workspace/disk-budget.ts";
import { Mirrors } from "#runner/workspace/mirrors.ts";
import { createSetting, type Setting } from "./setting.ts";

test("keepWithin frees the least recently used that are not in use and can be, and no more than it has to", async () => {
  const anyStored = fc.record({
    bytes: fc.nat(100),
    usedAt: fc.nat(1000),
    how: fc.constantFrom("unused", "used", "stuck"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(anyStored, { maxLength: 10 }), fc.nat(500), async (all, limit) => {
      const freed: number[] = [];
      const errors: unknown[] = [];
      const stored = all.map(({ how, ...one }) => ({
        ...one,
        free: async () => {
          if (how === "stuck") throw stuck;
          if (how === "unused") freed.push(one.usedAt);
          return how === "unused";
        },
      }));
      const onError = (error: unknown) => errors.push(error);
      const { bytes, freed: count } = await keepWithin(limit, stored, onError);
      assert.equal(count, freed.length);
      assert.deepEqual(
        freed,
        freed.toSorted((one, other) => one - other),
      );
      const countOf = (one: string) => all.filter(({ how }) => how === one).length;
      assert(bytes <= limit || count === countOf("unused"));
      assert(bytes <= limit || errors.length === countOf("stuck"));
      const total = all.reduce((sum, one) => sum + one.bytes, 0);
      if (total <= limit) assert.equal(count, 0);
    }),
  );
});

const stuck = new Error("It stays");

test("a mirror tells what it takes, is not freed while a checkout is made, and is made again after", async () => {
  await using setting = await createSetting();
  const { mirrors } = setting;
  const sides = await pullRequest(setting);
  await setting.checkout(sides);
  const [mirror, ...others] = await mirrors.stored();
  assert(mirror !== undefined && others.length === 0);
  assert(mirror.bytes > 1000 && Date.now() - mirror.usedAt < 60_000);
  {
    using _use = mirrors.of(setting.event(sides)).use();
    assert.equal(await mirror.free(), false);
  }
  assert.equal(await mirror.free(), true);
  assert.deepEqual(await mirrors.stored(), []);
  assert.equal((await setting.checkout(sides)).files.length, 1);
});

test("a mirror that an earlier run left can be freed, one half removed first", async () => {
  await using setting = await createSetting();
  const sides = await pullRequest(setting);
  await setting.checkout(sides);
  await mkdir(`${setting.gitDir}.1.discarded`);
  const mirrors = new Mirrors(setting.path("mirrors"));
  const stored = await mirrors.stored();
  assert.deepEqual(stored.map(({ usedAt }) => usedAt === 0).sort(), [false, true]);
  for (const { free } of stored) assert.equal(await free(), true);
  assert.deepEqual(await mirrors.stored(), []);
});

test("FolderSizes looks again only at what was used since", async () => {
  await using setting = await createSetting();
  const folder = setting.path("folder");
  await mkdir(`${folder}/deep`, { recursive: true });
  await writeFile(`${folder}/deep/a`, "x".repeat(10_000));
  const sizes = new FolderSizes();
  const before = await sizes.of(folder, 1);
  assert(before >= 10_000 && before < 40_000);
  await writeFile(`${folder}/b`, "x".repeat(100_000));
  assert.equal(await sizes.of(folder, 1), before);
  assert((await sizes.of(folder, 2)) >= before + 100_000);
  assert.equal(await sizes.of(setting.path("nothing"), 1), 0);
});

async function pullRequest({ repository }: Setting) {
  const base = await repository.commit({ files: { "a.ts": "1\n" } });
  const head = await repository.commit({ branch: "topic", from: base, files: { "a.ts": "2\n" } });
  return { head, base };
}
