import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";
import { suite, test } from "node:test";
import { execa } from "execa";
import fc from "fast-check";
import { EdgeConfig } from "#edge/config.ts";
import { type CliEnvironmentOptions, cliEnvironment } from "#runner/claude/environment.ts";
import { RunnerConfig } from "#runner/config.ts";
import { variablesOf } from "#shared/config.ts";
import { tempFolder } from "../temp-folder.ts";

const secret = "the-secret-value";
const stateDir = "/var/lib/cicd-runner";

function environmentOf(options: Partial<CliEnvironmentOptions> = {}) {
  return cliEnvironment({
    host: {},
    passOn: [],
    stateDir,
    apiKey: undefined,
    baseUrl: undefined,
    ...options,
  });
}

suite("cliEnvironment", () => {
  test("the variables of the product's own configuration: none comes through", () => {
    const variables = [...variablesOf(RunnerConfig), ...variablesOf(EdgeConfig)];
    assert(variables.includes("RUNNER_SECRET") && variables.includes("GITHUB_WEBHOOK_SECRET"));
    const host = Object.fromEntries(variables.map((name) => [name, secret]));
    assert.deepEqual(environmentOf({ host }), environmentOf());
  });

  test("secrets that hosts commonly have: none comes through", () => {
    const names = [
      ...[
        "AWS_SECRET_ACCESS_KEY",
        "GH_TOKEN",
        "NPM_TOKEN",
        "SSH_AUTH_SOCK",
        "CREDENTIALS_DIRECTORY",
      ],
      ...["NODE_OPTIONS", "LD_PRELOAD", "GIT_SSH_COMMAND", "GIT_CONFIG_GLOBAL", "XDG_CONFIG_HOME"],
      ...["ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CONFIG_DIR", "HOME", "TMPDIR"],
    ];
    const host = Object.fromEntries(names.map((name) => [name, secret]));
    assert.deepEqual(environmentOf({ host }), environmentOf());
  });

  test("any other variables: none comes through, unless the operator names it", () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]*$/).map((text) => `X_${text}`);
    const host = fc.dictionary(name, fc.string({ minLength: 1 }));
    const chosen = host.chain((all) => fc.tuple(fc.constant(all), fc.subarray(Object.keys(all))));
    fc.assert(
      fc.property(chosen, ([all, passOn]) => {
        const passed = Object.fromEntries(passOn.map((key) => [key, all[key]]));
        assert.deepEqual(environmentOf({ host: all, passOn }), { ...environmentOf(), ...passed });
      }),
    );
  });

  test("a named variable that the host has not, or empty: is not set", () => {
    const options = { host: { EMPTY: "" }, passOn: ["EMPTY", "MISSING"] };
    assert.deepEqual(environmentOf(options), environmentOf());
  });

  test("git in a checkout: finds no repository around the state folder", async () => {
    await using folder = await tempFolder();
    const state = join(folder.path, "state");
    const cwd = join(state, "workspaces", "name", "tree");
    await mkdir(cwd, { recursive: true });
    await execa("git", ["init", "--quiet", folder.path]);
    const env = environmentOf({ host: { PATH: process.env.PATH }, stateDir: state });
    const find = (more: Record<string, string>) =>
      execa("git", ["rev-parse", "--git-dir"], {
        cwd,
        env: { ...env, ...more },
        extendEnv: false,
        reject: false,
      });
    assert.equal((await find({ GIT_CEILING_DIRECTORIES: "" })).exitCode, 0);
    assert.equal((await find({})).exitCode, 128);
  });

  test("locale, proxies and certificates: come through", () => {
    const host = { PATH: "/bin", TZ: "UTC", https_proxy: "http://proxy", SSL_CERT_FILE: "/ca.pem" };
    assert.deepEqual(environmentOf({ host }), { ...environmentOf(), ...host });
  });

  test("credentials and address of the API: those of the configuration, not of the host", () => {
    const names = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS"];
    const host = Object.fromEntries([...names, "ANTHROPIC_BASE_URL"].map((key) => [key, secret]));
    const baseUrl = "http://configured";
    const { ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL, ...rest } = environmentOf({
      host,
      passOn: names,
      apiKey: "configured",
      baseUrl,
    });
    assert.deepEqual([ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL], ["configured", baseUrl]);
    assert(!Object.values(rest).includes(secret));
  });

  test("home, configuration and scratch files: folders of their own below the state folder", () => {
    const host = { HOME: "/root", TMPDIR: "/tmp", CLAUDE_CONFIG_DIR: "/root/.claude" };
    for (const passOn of [[], Object.keys(host)]) {
      const { HOME, TMPDIR, CLAUDE_CONFIG_DIR } = environmentOf({ host, passOn });
      const folders = [HOME, TMPDIR, CLAUDE_CONFIG_DIR];
      assert.equal(new Set(folders).size, 3);
      for (const folder of folders) {
        const below = relative(stateDir, folder ?? "/");
        assert(below !== "" && !below.startsWith("..") && !isAbsolute(below), folder);
      }
    }
  });

  test("passing on what the runner sets itself: the runner's value stays", () => {
    const own = environmentOf();
    const host = Object.fromEntries(Object.keys(own).map((name) => [name, secret]));
    assert.deepEqual(environmentOf({ host, passOn: Object.keys(own) }), own);
  });
});
