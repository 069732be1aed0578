import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { execa } from "execa";
import { until } from "../until.ts";
import { edgeCommand, startEdge } from "./start-edge.ts";
import { startManager } from "./start-manager.ts";

const { exitCode: noSystemdNotify } = await execa("systemd-notify", ["--version"], {
  reject: false,
});

for (const { how, launched, skip } of [
  { how: "through the launcher's descriptor", launched: true, skip: false as const },
  {
    how: "through systemd-notify",
    launched: false,
    skip: noSystemdNotify !== 0 && "this machine has no systemd-notify",
  },
]) {
  test(`the manager hears of start, life and end, ${how}`, { skip }, async () => {
    await using manager = await startManager();
    await using edge = startEdge(edgeCommand({ launched }), {
      NOTIFY_SOCKET: manager.socket,
      WATCHDOG_USEC: "400000",
    });
    await until(() => manager.told.filter((message) => message === "WATCHDOG=1").length >= 2);
    assert.match(manager.told[0] ?? "", /^READY=1 STATUS=Serving on http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(await edge.stop(), 0);
    const last = manager.told.at(-1);
    assert.equal(last, "STOPPING=1 STATUS=Stopping EXTEND_TIMEOUT_USEC=5000000");
  });
}

test("the launcher hands the manager's socket on, and not where it is", async () => {
  await using manager = await startManager();
  await using edge = startEdge(edgeCommand({ launched: true }), { NOTIFY_SOCKET: manager.socket });
  await until(() => manager.told.length > 0);
  const environment = await readFile(`/proc/${edge.pid}/environ`, "utf8");
  const names = environment.split("\0").map((assignment) => assignment.split("=")[0]);
  assert(names.includes("LISTEN_FDNAMES"));
  // What /proc shows is the environment that the program was executed with.
  assert(!names.includes("NOTIFY_SOCKET"));
});

test("a watchdog that is another process's is not fed", async () => {
  await using manager = await startManager();
  await using edge = startEdge(edgeCommand({ launched: true }), {
    NOTIFY_SOCKET: manager.socket,
    WATCHDOG_USEC: "1000",
    WATCHDOG_PID: "1",
  });
  await until(() => manager.told.length > 0);
  await edge.stop();
  assert(!manager.told.includes("WATCHDOG=1"));
});

test("a manager that is gone: the program serves all the same", async () => {
  const manager = await startManager();
  await manager[Symbol.asyncDispose]();
  await using edge = startEdge(edgeCommand({ launched: false }), {
    NOTIFY_SOCKET: manager.socket,
    WATCHDOG_USEC: "100000",
  });
  await until(() => edge.log.includes('"component":"systemd"'));
  assert.match(edge.log, /"event":"started"/);
  assert.equal(await edge.stop(), 0);
});
