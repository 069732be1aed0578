import assert from "node:assert/strict";
import { stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { test } from "node:test";
import { RunnerConfig } from "#runner/config.ts";
import { type Connector, openConnector } from "#runner/connect.ts";
import { cliSettings, retryPolicy } from "#runner/settings.ts";
import { prepareStateDir } from "#runner/state-dir.ts";
import { readConfig } from "#shared/config.ts";
import { tempFolder } from "../temp-folder.ts";

const read = (file: object) =>
  readConfig(RunnerConfig, { runner_secret: ["a-secret-of-the-test"], ...file }, {});

const nothing = {
  stateDir: "/state",
  environment: { NO_PROXY: "internal" },
  onError: (error: unknown) => assert.fail(`${error}`),
};

function environmentOf({ connect }: Connector) {
  using connection = connect(() => undefined);
  return connection.environment;
}

test("prepareStateDir makes every folder that the CLI is told, for its user alone", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "deep", "state");
  const stateDir = await prepareStateDir(relative(process.cwd(), path));
  assert.equal(stateDir, path);
  await using connector = await openConnector(read({}), { ...nothing, stateDir });
  const { HOME = "", TMPDIR = "", CLAUDE_CONFIG_DIR = "" } = environmentOf(connector);
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

test("cliSettings and retryPolicy hand on what the configuration says", async () => {
  const config = read({
    claude: { cli_path: "/cli", model: "opus", max_turns: 3 },
    async: {
      startup_timeout: "2s",
      force_kill_timeout: "3s",
      silence_timeout: "4s",
      retry: { max_attempts: 5 },
    },
  });
  const { connect } = await openConnector(config, nothing);
  const settings = cliSettings(config, connect, { tools: [] });
  const { executable, model, maxTurns, startupTimeout, patience, silenceTimeout } = settings;
  assert.deepEqual([executable, model, maxTurns], ["/cli", "opus", 3]);
  assert.deepEqual([startupTimeout, patience, silenceTimeout], [2000, 3000, 4000]);
  const policy = { maxAttempts: 5, initialDelay: 1000, maxDelay: 30_000, backoffFactor: 2 };
  assert.deepEqual(retryPolicy(config), policy);
});

test("openConnector keeps the key from processes, unless the broker is off", async () => {
  const anthropic = { api_key: "the-key", base_url: "http://127.0.0.1:1" };
  await using brokered = await openConnector(read({ anthropic }), nothing);
  const { ANTHROPIC_API_KEY = "", ANTHROPIC_BASE_URL = "", NO_PROXY } = environmentOf(brokered);
  assert.equal(brokered.warning, undefined);
  assert.match(ANTHROPIC_API_KEY, /^[\w-]{40,}$/);
  assert.notEqual(ANTHROPIC_API_KEY, environmentOf(brokered).ANTHROPIC_API_KEY);
  assert.match(ANTHROPIC_BASE_URL, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.notEqual(ANTHROPIC_BASE_URL, anthropic.base_url);
  assert.equal(NO_PROXY, "internal,127.0.0.1");

  const off = { anthropic: { ...anthropic, broker: false } };
  await using direct = await openConnector(read(off), nothing);
  assert.match(direct.warning ?? "", /anthropic\.broker is off/);
  const environment = environmentOf(direct);
  assert.equal(environment.ANTHROPIC_API_KEY, "the-key");
  assert.equal(environment.ANTHROPIC_BASE_URL, anthropic.base_url);
});

test("openConnector gives a gateway's token and headers to the broker, or to processes without it", async () => {
  const custom_headers = "X-Tenant: reviews\nx-portkey-config: pc 1\n";
  for (const anthropic of [{ auth_token: "the-token" }, { custom_headers }]) {
    await using brokered = await openConnector(read({ anthropic }), nothing);
    assert.equal(brokered.warning, undefined);
    const environment = environmentOf(brokered);
    assert.match(environment.ANTHROPIC_API_KEY ?? "", /^[\w-]{40,}$/);
    assert.equal(environment.ANTHROPIC_AUTH_TOKEN, undefined);
    assert.equal(environment.ANTHROPIC_CUSTOM_HEADERS, undefined);
  }
  const anthropic = { auth_token: "the-token", custom_headers, broker: false };
  await using direct = await openConnector(read({ anthropic }), nothing);
  const { ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, ANTHROPIC_CUSTOM_HEADERS } =
    environmentOf(direct);
  assert.deepEqual(
    [ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, ANTHROPIC_CUSTOM_HEADERS],
    [undefined, "the-token", "x-tenant: reviews\nx-portkey-config: pc 1"],
  );
});

test("openConnector says which secrets processes have when there is no key", async () => {
  await using none = await openConnector(read({}), nothing);
  assert.match(none.warning ?? "", /No ANTHROPIC_API_KEY is set/);
  const claude = { pass_environment: ["AWS_PROFILE"] };
  const environment = { AWS_PROFILE: "ci", OTHER: "no" };
  await using bedrock = await openConnector(read({ claude }), { ...nothing, environment });
  assert.match(bedrock.warning ?? "", /have AWS_PROFILE in their environment/);
  const { AWS_PROFILE, OTHER } = environmentOf(bedrock);
  assert.deepEqual([AWS_PROFILE, OTHER], ["ci", undefined]);
});
