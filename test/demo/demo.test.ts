import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { execa } from "execa";
import { endOrphans } from "#runner/claude/orphans.ts";
import { compileCache } from "../compile-cache.ts";
import { tempFolder } from "../temp-folder.ts";
import { until } from "../until.ts";

const main = new URL("../../demo/main.ts", import.meta.url).pathname;

test("the demo: two pushes, one process, plain lines, nothing left behind", async () => {
  await using folder = await tempFolder();
  const { exitCode, stdout, stderr } = await execa(process.execPath, [main], {
    env: { ...compileCache, PATH: process.env.PATH, TMPDIR: folder.path },
    extendEnv: false,
    reject: false,
    timeout: 60_000,
  });
  assert.equal(stderr, "");
  assert.equal(exitCode, 0);
  const parts = [
    "Model: a stand-in with scripted answers",
    "202 after",
    "status_url: http://127.0.0.1:",
    "events_url: http://127.0.0.1:",
    "session: starting a process (cold)",
    "tool: Read",
    "high bug src/discount.ts:6",
    "GitHub delivers pull_request.synchronize",
    "One finding of before is left.",
    "Cold and warm",
    "One session, one process",
  ];
  let from = 0;
  for (const part of parts) {
    const at = stdout.indexOf(part, from);
    assert(at >= 0, `${part}\n${stdout}`);
    from = at;
  }
  assert(!stdout.includes("\u001b"), "control sequences where there is no terminal");
  assert.deepEqual(await readdir(folder.path), []);
  assert.equal(await endOrphans(folder.path), 0);
});

const { exitCode: noScript } = await execa("script", ["--version"], { reject: false });

test("the demo: an interrupt ends it with 130 and leaves nothing behind", async () => {
  await using folder = await tempFolder();
  // On a terminal, where there is one, something moves that has to be ended too.
  const onTerminal = ["script", "-qec", `'${process.execPath}' '${main}'`, "/dev/null"];
  const [command, ...args] = noScript ? [process.execPath, main] : onTerminal;
  const demo = execa(command ?? "", args, {
    env: { ...compileCache, PATH: process.env.PATH, TMPDIR: folder.path, SHELL: "/bin/sh" },
    extendEnv: false,
    reject: false,
    buffer: false,
    timeout: 60_000,
  });
  let said = "";
  demo.stdout.on("data", (chunk) => {
    said += chunk;
  });
  await until(() => said.includes("turn started"));
  if (noScript) demo.kill("SIGINT");
  else demo.stdin.write("\u0003");
  assert.equal((await demo).exitCode, 130);
  assert.deepEqual(await readdir(folder.path), []);
});
