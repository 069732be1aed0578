import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { promisify } from "node:util";
import { killAll } from "#runner/claude/process-tree.ts";
import { memoryOf, memoryOfAll } from "#runner/resilience/memory.ts";
import { startFamily } from "../claude/start-family.ts";

const megabyte = 1024 ** 2;
/** No process has it: the kernel's greatest is lower. */
const nobody = 2 ** 30;

suite("memoryOf", () => {
  test("a process below one below it fills memory: so much more", async () => {
    await using filler = startFiller();
    await filler.fill(1);
    const before = await memoryOf(process.pid);
    await filler.fill(128);
    const after = await memoryOf(process.pid);
    assert(before !== undefined && after !== undefined);
    const grown = (after - before) / megabyte;
    // Shares change with whatever else runs.
    assert(grown > 100 && grown < 160, `${grown}`);
  });

  test("a process with a child: the child's memory too", async () => {
    await using family = await startFamily();
    const memory = await memoryOfAll([family.parent.pid, family.child.pid]);
    const [parent, child] = [memory.get(family.parent.pid), memory.get(family.child.pid)];
    assert(parent !== undefined && child !== undefined);
    assert(parent > child + 5 * megabyte, `${parent}, ${child}`);
    await killAll([family.child]);
    const alone = await memoryOf(family.parent.pid);
    assert(alone !== undefined && alone < parent, `${alone}`);
  });

  test("pages that processes share: each has its part of them", async () => {
    await using family = await startFamily();
    const status = await readFile(`/proc/${family.child.pid}/status`, "utf8");
    const resident = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024;
    const memory = await memoryOf(family.child.pid);
    assert(memory !== undefined && memory < resident - 5 * megabyte, `${memory} of ${resident}`);
  });

  test("a process that is gone or never was: undefined", async () => {
    await using family = await startFamily();
    await killAll([family.orphan]);
    assert.equal(await memoryOf(family.orphan.pid), undefined);
    assert.equal(await memoryOf(nobody), undefined);
  });

  test("another user's process, whose share nobody may read: what is resident", async () => {
    await using filler = startFiller();
    await filler.fill(64);
    // Whoever is not the superuser can't look into process 1.
    const pid = process.getuid?.() === 0 ? filler.pid : 1;
    const program = new URL("measure.ts", import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(process.execPath, [program, String(pid)]);
    assert(Number(stdout) > (pid === 1 ? megabyte : 64 * megabyte), stdout);
  });
});

suite("memoryOfAll", () => {
  test("several processes: each by its pid, without those that are gone", async () => {
    await using family = await startFamily();
    const { child, orphan } = family;
    const memory = await memoryOfAll([child.pid, nobody, orphan.pid]);
    assert.deepEqual(new Set(memory.keys()), new Set([child.pid, orphan.pid]));
    for (const bytes of memory.values()) assert(bytes > megabyte, `${bytes}`);
  });

  test("none: nothing", async () => {
    assert.deepEqual(await memoryOfAll([]), new Map());
  });
});

/** A process with a child that takes as much memory as it is told. */
function startFiller() {
  const program = `const kept = [];
    process.stdin.on("data", (megabytes) => {
      kept.push(Buffer.alloc(Number(megabytes) * ${megabyte}, 1));
      process.stdout.write("done");
    });`;
  // The exit keeps the shell from turning into the program.
  const child = spawn("/bin/sh", ["-c", '"$0" -e "$1"; exit', process.execPath, program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  return {
    pid: child.pid ?? nobody,
    fill: async (megabytes: number) => {
      child.stdin.write(String(megabytes));
      await once(child.stdout, "data");
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await once(child, "exit");
    },
  };
}
