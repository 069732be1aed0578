import assert from "node:assert/strict";
import { stat, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { test } from "node:test";
import { RunnerConfig } from "#runner/config.ts";
import { cliSettings, gitOptions, retryPolicy } from "#runner/settings.ts";
import { prepareStateDir, workspaceFolder } from "#runner/state-dir.ts";
import { readConfig } from "#shared/config.ts";
import { tempFolder } from "../temp-folder.ts";

const read = (file: object) =>
  readConfig(RunnerConfig, { runner_secret: ["a-secret-of-the-test"], ...file }, {});

test("prepareStateDir makes every folder that the CLI is told, for its user alone", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "deep", "state");
  const stateDir = await prepareStateDir(relative(process.cwd(), path));
  assert.equal(stateDir, path);
  const { environment } = cliSettings(read({}), { stateDir, environment: {} });
  const { HOME = "", TMPDIR = "", CLAUDE_CONFIG_DIR = "" } = environment;
  for (const made of [stateDir, HOME, TMPDIR, CLAUDE_CONFIG_DIR]) {
    const { mode } = await stat(made);
    assert.equal(mode & 0o777, 0o700, made);
  }
  assert.equal(await prepareStateDir(path), path);
});

test("prepareStateDir says what is in its way", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "file");
  await writeFile(path, "");
  await assert.rejects(prepareStateDir(path), {
    code: "config_invalid",
    message: new RegExp(`^Cannot use state folder ${path}: `),
    hint: /runner\.state_dir/,
  });
});

test("workspaceFolder gives each session one folder, the same for ever", () => {
  const one = workspaceFolder("/state", "one");
  assert.equal(one, workspaceFolder("/state", "one"));
  assert.notEqual(one, workspaceFolder("/state", "two"));
  assert.equal(one, resolve("/state", relative("/state", one)));
});

test("cliSettings and retryPolicy hand on what the configuration says", () => {
  const config = read({
    claude: { cli_path: "/cli", model: "opus", max_turns: 3, pass_environment: ["PASSED"] },
    anthropic: { api_key: "the-key", base_url: "http://api" },
    async: { startup_timeout: "2s", force_kill_timeout: "3s", retry: { max_attempts: 5 } },
  });
  const environment = { PASSED: "yes", OTHER: "no" };
  const settings = cliSettings(config, { stateDir: "/state", environment });
  const { executable, model, maxTurns, startupTimeout, patience } = settings;
  assert.deepEqual([executable, model, maxTurns], ["/cli", "opus", 3]);
  assert.deepEqual([startupTimeout, patience], [2000, 3000]);
  const { ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL, PASSED, OTHER } = settings.environment;
  assert.deepEqual([ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL], ["the-key", "http://api"]);
  assert.deepEqual([PASSED, OTHER], ["yes", undefined]);
  const policy = { maxAttempts: 5, initialDelay: 1000, maxDelay: 30_000, backoffFactor: 2 };
  assert.deepEqual(retryPolicy(config), policy);
});

test("gitOptions shows the forge's token to the forge alone", async () => {
  const { authorization, protocols } = gitOptions(read({ github_token: "token" }), {});
  assert.deepEqual(protocols, ["https"]);
  const seen = (url: string) => authorization?.(new URL(url));
  const expected = `Basic ${Buffer.from("x-access-token:token").toString("base64")}`;
  assert.equal(await seen("https://github.com/octo/hello.git"), expected);
  for (const other of [
    "http://github.com/octo/hello.git",
    "https://github.com:8443/octo/hello.git",
    "https://github.com.example/octo/hello.git",
    "https://api.github.com/octo",
    "https://example.com/github.com",
  ]) {
    assert.equal(await seen(other), undefined, other);
  }
  const without = gitOptions(read({}), {});
  assert.equal(await without.authorization?.(new URL("https://github.com/a/b")), undefined);
});
