import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { freePort } from "../campaign/free-port.ts";
import { startProgram } from "../host/program.ts";
import { tempFolder } from "../temp-folder.ts";
import { until } from "../until.ts";

const path = (name: string) => new URL(name, import.meta.url).pathname;
const script = path("run.sh");

const isSystemd = (await readFile("/proc/1/comm", "utf8").catch(() => "")) === "systemd\n";
const isHere = isSystemd && process.getuid?.() === 0;

test("run.sh: a line where there is no systemd to ask, and success", { skip: isHere }, async () => {
  const { stdout, stderr } = await execa("bash", [script]);
  assert.match(stdout, /^skipped: [^\n]+$/);
  assert.equal(stderr, "");
});

const { exitCode } = await execa("shellcheck", ["--version"], { reject: false });
const skip = exitCode !== 0 && "this machine has no shellcheck";

test("run.sh: shellcheck finds nothing wrong in it", { skip }, async () => {
  const { exitCode: wrong, stdout } = await execa("shellcheck", [script], { reject: false });
  assert.equal(wrong, 0, stdout);
});

test("what stands around the units: a turn waits, goes on, and survives; refusals are told", async () => {
  await using folder = await tempFolder();
  const port = await freePort();
  const secret = "webhook-secret";
  const args = [path("life-scene.ts"), folder.path, `http://127.0.0.1:${port}`, secret];
  await using undo = new AsyncDisposableStack();
  const scene = execa(process.execPath, args, { reject: false });
  undo.defer(async () => {
    scene.kill("SIGKILL");
    await scene;
  });
  await until(() => existsSync(join(folder.path, "control")));
  const read = (name: string) => readFile(join(folder.path, name), "utf8");
  const control = await read("control");
  const tell = async (deed: string) => (await fetch(`${control}/${deed}`)).text();
  const lines = (await read("settings.env")).trim().split("\n");
  const settings = {
    ...Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2))),
    RUNNER_SECRET: "r".repeat(32),
    PORT: String(port),
  };

  const first = await startProgram(folder.path, settings);
  undo.use(first);
  assert.match(await tell("push"), /^[0-9a-f-]{36}\n$/);
  await tell("ask");
  await first.stop("SIGKILL");
  const second = await startProgram(folder.path, settings);
  undo.use(second);
  assert.equal(await tell("answer"), "answered\n");
  assert.equal(await tell("ending"), "task.succeeded, started 2 times\n");
  assert.match(await tell("asked"), /^\d+ refused: /);
  await tell("push");
  const stopped = second.stop("SIGTERM");
  await tell("answer");
  assert.equal(await stopped, 0);
});
