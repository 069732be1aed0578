import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { compileCache } from "../compile-cache.ts";
import { tempFolder } from "../temp-folder.ts";

const main = new URL("../../cli/main.ts", import.meta.url).pathname;

/** Runs the program to its end, in a folder and with no environment but the given. */
async function run(args: readonly string[], { cwd = "/", env = {} } = {}) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [main, ...args], {
    cwd,
    env: { ...compileCache, ...env },
    extendEnv: false,
    reject: false,
    timeout: 20_000,
  });
  return { exitCode, stdout, stderr };
}

test("cicd-runner --help names every command and exits 0", async () => {
  const { exitCode, stdout } = await run(["--help"]);
  assert.equal(exitCode, 0);
  for (const command of [
    "serve",
    "runner",
    "edge",
    "token",
    "skills",
    "drain",
    "dead-letters",
    "replay",
    "review",
    "--config",
  ]) {
    assert(stdout.includes(command), command);
  }
});

test("cicd-runner --version tells a version", async () => {
  assert.match((await run(["--version"])).stdout, /^\d+\.\d+\.\d+$/);
});

test("cicd-runner under an older Node says so, before it loads what that can't parse", async () => {
  const old = `Object.defineProperty(process, "versions", { value: { node: "20.20.2" } });`;
  const options = ["--import", `data:text/javascript,${encodeURIComponent(old)}`];
  const bin = new URL("../../bin/cicd-runner.js", import.meta.url).pathname;
  const { exitCode, stderr } = await execa(process.execPath, [...options, bin], { reject: false });
  assert.equal(exitCode, 1);
  assert.equal(stderr, "Cannot run: Node 20.20.2 is too old\nInstall Node 24 or later");
});

test("cicd-runner loads nothing of a command before that is called", async () => {
  const tellLoaded = `import { registerHooks } from "node:module";
    registerHooks({ load: (url, context, next) => (console.log(url), next(url, context)) });`;
  const options = ["--import", `data:text/javascript,${encodeURIComponent(tellLoaded)}`];
  const { stdout } = await execa(process.execPath, [...options, main, "--version"]);
  assert.match(stdout, /\/cli\/review\/command\.ts$/m);
  assert.doesNotMatch(stdout, /\/cli\/(run|review\/review)\.ts$|node_modules\/(execa|pg|yaml)\//m);
});

test("cicd-runner exits 2 for an unknown option and an unknown command", async () => {
  const cases = [
    [["serve", "--colour"], /unknown option '--colour'/],
    [["serve", "twice"], /too many arguments for 'serve'/],
    [["statsu", "--json"], /unknown command 'statsu'\n\(Did you mean status\?\)/],
    [["token", "--scope", "root"], /argument 'root' is invalid/],
  ] as const;
  for (const [args, says] of cases) {
    const { exitCode, stderr } = await run(args);
    assert.equal(exitCode, 2, args.join(" "));
    assert.match(stderr, says);
  }
});

test("cicd-runner edge exits 78 without a webhook secret, and says what to set", async () => {
  const { exitCode, stderr } = await run(["edge"], { env: { RUNNER_SECRET: "s".repeat(16) } });
  assert.equal(exitCode, 78);
  assert.match(stderr, /GITHUB_WEBHOOK_SECRET/);
});

test("cicd-runner runner exits 78 without the secret that it shares with the edge", async () => {
  const { exitCode, stderr } = await run(["runner"]);
  assert.equal(exitCode, 78);
  assert.match(stderr, /runner_secret: .*set RUNNER_SECRET.*it is not set/);
});

test("cicd-runner serve exits 78 for wrong settings: key, value and what is allowed", async () => {
  await using folder = await tempFolder();
  await writeFile(
    join(folder.path, "cicd-runner.yaml"),
    "async:\n  max_sesions: 5\n  idle_timeout: soon\n",
  );
  const env = { ASYNC_MAX_SESSIONS: "none", GITHUB_WEBHOOK_SECRET: "s" };
  const { exitCode, stderr } = await run(["serve"], { cwd: folder.path, env });
  assert.equal(exitCode, 78);
  assert.match(stderr, /^Cannot read configuration \S+\/cicd-runner\.yaml:\n/);
  assert.match(stderr, /async\.max_sesions: unknown key; did you mean max_sessions\?/);
  assert.match(stderr, /async\.idle_timeout: must be a duration such as .*got "soon"/);
  assert.match(stderr, /async\.max_sessions: .*got "none", from ASYNC_MAX_SESSIONS/);
});

test("cicd-runner exits 78 for a file that is missing or no YAML", async () => {
  await using folder = await tempFolder();
  const missing = await run(["serve", "--config", "absent.yaml"], { cwd: folder.path });
  assert.equal(missing.exitCode, 78);
  assert.match(missing.stderr, /absent\.yaml/);
  await writeFile(join(folder.path, "cicd-runner.yaml"), "async: [\n");
  const broken = await run(["serve"], { cwd: folder.path });
  assert.equal(broken.exitCode, 78);
  assert.match(broken.stderr, /cicd-runner\.yaml.* at line 2/s);
});

test("cicd-runner exits 78 when its port is taken, and says so", async () => {
  await using folder = await tempFolder();
  const { createServer } = await import("node:http");
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const env = { GITHUB_WEBHOOK_SECRET: "s", PORT: String(port), RUNNER_PORT: "0" };
  const { exitCode, stderr } = await run(["serve"], { cwd: folder.path, env });
  server.close();
  assert.equal(exitCode, 78);
  assert.match(stderr, new RegExp(`Cannot listen on 127.0.0.1:${port}`));
});

test("cicd-runner token: the entry holds the hash of the token", async () => {
  const { exitCode, stdout } = await run(["token", "--scope", "write"]);
  assert.equal(exitCode, 0);
  const [, token = ""] = /Token, shown only now: (\S+)/.exec(stdout) ?? [];
  const hash = createHash("sha256").update(token).digest("hex");
  assert(token.length > 40 && stdout.includes(`write:${hash}`));
});
