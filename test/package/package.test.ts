import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { execa } from "execa";
import { version } from "#cli/version.ts";
import { startProgram } from "../host/program.ts";
import { installPackage } from "./install-package.ts";

const installed = await installPackage();
after(() => installed[Symbol.asyncDispose]());

/** Beside what all tests have compiled the modules of this folder would stay when it is gone. */
const env = { NODE_COMPILE_CACHE: join(installed.path, "compiled") };
const run = execa({ cwd: installed.path, env, reject: false, timeout: 60_000 });
const root = new URL("../../", import.meta.url).pathname;

test("the package has licence, documents and units, and no tests or sources", (t) => {
  t.diagnostic(`${installed.files.length} files, ${Math.round(installed.size / 1024)} KiB packed`);
  const { files } = installed;
  for (const path of ["LICENSE", "README.md", "CHANGELOG.md", "docs/operations.md"]) {
    assert(files.includes(path), path);
  }
  // Below dist all is where a checkout has it: CICD_RUNNER_HOME of the units may be either.
  for (const path of ["bin/cicd-runner.js", "deploy/systemd/with-notify"]) {
    assert(files.includes(`dist/${path}`), path);
  }
  const wrong = files.filter((path) =>
    /^(test|demo|build)\/|(^|\/)test\/|\.test\.|(?<!\.d)\.ts$/.test(path),
  );
  assert.deepEqual(wrong, []);
  assert(installed.size < 1024 * 1024, `${installed.size} bytes`);
});

test("npx cicd-runner --version and --help work where the package is installed", async () => {
  const told = await run("npx", ["--no-install", "cicd-runner", "--version"]);
  assert.equal(told.stdout, version, told.stderr);
  const help = await run("npx", ["--no-install", "cicd-runner", "--help"]);
  assert.equal(help.exitCode, 0, help.stderr);
  assert.match(help.stdout, /Usage: cicd-runner/);
});

test("cicd-runner serve of the package serves, and ends with 0 after SIGTERM", async () => {
  const settings = {
    ...env,
    HOME: installed.path,
    GITHUB_WEBHOOK_SECRET: "g".repeat(32),
    ANTHROPIC_API_KEY: "none",
    ASYNC_MIN_IDLE_SESSIONS: "0",
  };
  const program = join(installed.path, "node_modules/.bin/cicd-runner");
  await using served = await startProgram(installed.path, settings, [program]);
  const { status, ok } = await fetch(`${served.edgeUrl}/health`);
  assert(ok, `${status}`);
  assert((await fetch(`${served.runnerUrl}/health/ready`)).ok);
  assert.equal(await served.stop("SIGTERM"), 0);
});

test("the client and its errors are imported from the package", async () => {
  const program = `
    import { createClient } from "cicd-runner/client";
    import { CicdError } from "cicd-runner/error";
    const error = await createClient({ url: "http://127.0.0.1:1" }).listTasks({}).catch((e) => e);
    console.log(error instanceof CicdError, error.code);`;
  const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "-e", program]);
  assert.equal(stdout, "true runner_unavailable", stderr);
});

test("the client of the package has types", async () => {
  const file = join(installed.path, "use.ts");
  await writeFile(
    file,
    `import { createClient } from "cicd-runner/client";
     import { CicdError } from "cicd-runner/error";
     const { tasks } = await createClient({ url: "" }).listTasks({ state: "running" });
     export const id: string | undefined = tasks[0]?.id;
     // @ts-expect-error
     export const wrong: number | undefined = tasks[0]?.id;
     // @ts-expect-error
     new CicdError("no_such_code", "");\n`,
  );
  const options = ["--strict", "--noEmit", "--module", "nodenext", "--target", "esnext"];
  const types = ["--types", "", "--lib", "esnext,dom,dom.iterable"];
  const { exitCode, all } = await run({ all: true })(join(root, "node_modules/.bin/tsc"), [
    ...options,
    ...types,
    file,
  ]);
  assert.equal(exitCode, 0, all);
});
