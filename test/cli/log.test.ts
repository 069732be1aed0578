import assert from "node:assert/strict";
import { test } from "node:test";
import { Config } from "#cli/config.ts";
import { createLog } from "#cli/log.ts";
import { readConfig } from "#shared/config.ts";
import { CicdError } from "#shared/error.ts";

const key = `-----BEGIN PRIVATE KEY-----\n${"c0ffee".repeat(9)}\n${"facade".repeat(9)}`;
const environment = {
  RUNNER_SECRET: 'runner"secret"of\\the-test',
  GITHUB_WEBHOOK_SECRET: "webhook-secret-of-the-test",
  GITHUB_TOKEN: "token-of-the-forge",
  ANTHROPIC_API_KEY: "key-of-the-model",
  CLAUDE_PASS_ENVIRONMENT: "CLOUD_KEY",
  CLOUD_KEY: "key-of-the-cloud",
};

/** What is written of this. */
function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  let text = "";
  const destination = {
    write: (line: string) => {
      text += line;
    },
  };
  const config = readConfig(Config, {}, environment);
  write(createLog(() => config, environment, destination));
  return text;
}

test("createLog writes no secret of the settings, wherever it stands, and valid lines", () => {
  for (const secret of [...Object.values(environment).filter((value) => value !== "CLOUD_KEY")]) {
    const cause = new Error(`clone of https://user:${secret}@forge.test failed`);
    const err = new CicdError("internal", `It said ${secret}`, { cause, hint: secret });
    const text = logged((log) => {
      log.error({ err, nested: [{ deep: secret }] }, `with ${secret}`);
    });
    const { msg, err: told, level } = JSON.parse(text);
    assert.deepEqual([level, msg], [50, "with ***"]);
    assert.match(told.message, /^It said \*\*\*/);
    assert(!text.includes(JSON.stringify(secret).slice(1, -1)), text);
  }
});

test("createLog writes no secret that only the schema knows: of a repository, a store, a sweep", () => {
  const more = {
    ...{ GITHUB_SECRETS: "acme/shop=secret-of-the-shop", GITEA_SECRETS: "acme=secret-of-acme" },
    ...{ SWEEP_GITHUB_TOKEN: "token-of-the-sweep", GITEE_PATH_SEGMENT: "a-long-secret-segment" },
    CICD_STORE: "postgres://cicd:pa%23s-of-store@db.test/cicd?password=another-password",
  };
  const config = readConfig(Config, {}, { ...environment, ...more });
  let text = "";
  const write = (line: string) => {
    text += line;
  };
  const log = createLog(() => config, environment, { write });
  for (const secret of [
    ...["secret-of-the-shop", "secret-of-acme", "token-of-the-sweep", "a-long-secret-segment"],
    ...["pa%23s-of-store", "pa#s-of-store", "another-password", more.CICD_STORE],
  ]) {
    log.info(`It is ${secret}, of acme/shop`);
  }
  const said = text.trim().split("\n");
  for (const line of said) assert.equal(JSON.parse(line).msg, "It is ***, of acme/shop");
  assert.equal(said.length, 8);
});

test("createLog learns the secrets of settings that are taken anew, and keeps the former", () => {
  let config = readConfig(Config, {}, environment);
  let text = "";
  const write = (line: string) => {
    text += line;
  };
  const log = createLog(() => config, environment, { write });
  config = readConfig(Config, {}, { ...environment, GITHUB_TOKEN: "a-token-of-tomorrow" });
  log.info(`a-token-of-tomorrow and ${environment.GITHUB_TOKEN}`);
  assert.match(text, /"msg":"\*\*\* and \*\*\*"/);
});

test("createLog writes nothing that has the shape of a secret, and what came after it", () => {
  const token = `ghp_${"a1B2".repeat(9)}`;
  const text = logged((log) => log.warn({ event: "odd", said: `${token} ${key}`, after: "here" }));
  assert.deepEqual([JSON.parse(text).said, JSON.parse(text).after], ["*** ***", "here"]);
});

test("createLog writes no field that is named like a secret", () => {
  const headers = { authorization: "Bearer x", "x-api-key": "x1", accept: "json" };
  const err = Object.assign(new Error("Refused"), { request: { headers, url: "https://x" } });
  const text = logged((log) => log.info({ err, headers, token: "t1", user: { password: "p1" } }));
  const line = JSON.parse(text);
  const clean = { authorization: "***", "x-api-key": "***", accept: "json" };
  assert.deepEqual(line.headers, clean);
  assert.deepEqual(line.err.request, { headers: clean, url: "https://x" });
  assert.deepEqual([line.token, line.user.password], ["***", "***"]);
});

test("createLog leaves all else as it is, a line each", () => {
  const text = logged((log) => {
    log.info({ component: "host", event: "started", url: "http://127.0.0.1:8788" });
    log.debug("not told");
    log.info({ event: "stopped" });
  });
  const lines = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).event);
  assert.deepEqual(lines, ["started", "stopped"]);
});
