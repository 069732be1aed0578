import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DiskSync } from "#runner/store/disk-sync.ts";

test("DiskSync: whoever asks waits for a call that began after, and few calls do for many", async () => {
  const steps = fc.array(fc.constantFrom("write", "ask", "end"), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      let written = 0;
      let onDisk = 0;
      let calls = 0;
      let end = () => {};
      const disk = new DiskSync(() => {
        const reached = written;
        calls += 1;
        return new Promise((resolve) => {
          end = () => {
            onDisk = reached;
            resolve();
          };
        });
      });
      let asked = 0;
      const waiting: Promise<void>[] = [];
      const ask = async () => {
        const needed = written;
        asked += 1;
        await disk.reach();
        assert.ok(onDisk >= needed, `${onDisk} of ${needed} on disk`);
      };
      for (const step of plan) {
        if (step === "write") written += 1;
        else if (step === "ask") waiting.push(ask());
        else end();
        await new Promise(setImmediate);
      }
      for (let left = 0; left < 2; left += 1) {
        end();
        await new Promise(setImmediate);
      }
      await Promise.all(waiting);
      const ends = plan.filter((step) => step === "end").length;
      assert.ok(calls <= Math.min(asked, ends + 2), `${calls} calls for ${asked}, ${ends} ended`);
    }),
  );
});

test("DiskSync: after a call that failed all fail as it did, and no other is made", async () => {
  let calls = 0;
  const disk = new DiskSync(async () => {
    calls += 1;
    throw new Error(`EIO ${calls}`);
  });
  disk.check();
  const asked = [disk.reach(), disk.reach()];
  for (const one of asked) await assert.rejects(one, /EIO 1/);
  await assert.rejects(disk.reach(), /EIO 1/);
  assert.throws(() => disk.check(), /EIO 1/);
  assert.equal(calls, 1);
});
