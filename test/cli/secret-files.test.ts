import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Config } from "#cli/config.ts";
import { explainSettings, readSettings } from "#cli/settings.ts";
import type { Environment } from "#shared/config.ts";
import { settingsOf } from "#shared/setting.ts";
import { tempFolder } from "../temp-folder.ts";

const RUNNER_SECRET = "r".repeat(32);

/** A folder with files, and how the settings are read in it. */
async function setScene(files: Readonly<Record<string, string>> = {}) {
  const folder = await tempFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text);
  const source = (environment: Environment) => ({
    file: undefined,
    folder: folder.path,
    looksUpwards: true,
    environment: { RUNNER_SECRET, ...environment },
  });
  return {
    path: (name: string) => join(folder.path, name),
    read: (environment: Environment) => readSettings(source(environment)),
    explain: (environment: Environment) => explainSettings(source(environment)),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test("X_FILE: the content of the file is the secret, without the line end behind it", async () => {
  await using scene = await setScene({ key: "the-key\n", secrets: "one two\r\n", pem: "pem" });
  const config = await scene.read({
    ANTHROPIC_API_KEY_FILE: scene.path("key"),
    GITHUB_WEBHOOK_SECRET_FILE: scene.path("secrets"),
  });
  assert.equal(config.anthropic.api_key, "the-key");
  assert.deepEqual(config.github.webhook_secret, ["one", "two"]);
});

test("X_FILE is heeded for every name that sets a secret", async () => {
  await using scene = await setScene({ pem: "-----BEGIN RSA PRIVATE KEY-----\nx\n-----END\n" });
  for (const name of ["PRIVATE_KEY_FILE", "GITHUB_PRIVATE_KEY_FILE"]) {
    const { github } = await scene.read({ [name]: scene.path("pem") });
    assert.equal(github.private_key, "-----BEGIN RSA PRIVATE KEY-----\nx\n-----END");
  }
});

test("a credential of the service manager is a secret; what a variable says goes before it", async () => {
  await using scene = await setScene({ github_token: "from the manager\n", other: "x" });
  const CREDENTIALS_DIRECTORY = scene.path(".");
  assert.equal((await scene.read({ CREDENTIALS_DIRECTORY })).github_token, "from the manager");
  const both = { CREDENTIALS_DIRECTORY, GITHUB_TOKEN: "mine" };
  assert.equal((await scene.read(both)).github_token, "mine");
});

test("a secret that two things set is refused, and both are named", async () => {
  await using scene = await setScene({ token: "from-file" });
  const environment = { GITLAB_TOKEN: "from-env", GITLAB_TOKEN_FILE: scene.path("token") };
  await assert.rejects(scene.read(environment), (error: Error) => {
    assert.match(error.message, /gitlab_token is set by GITLAB_TOKEN and by GITLAB_TOKEN_FILE$/);
    return !error.message.includes("from-");
  });
});

test("a file that is missing, empty, too large, a folder or no text: the error names it", async () => {
  await using scene = await setScene({ empty: "\n", large: "x".repeat(70_000) });
  await mkdir(scene.path("folder"));
  await writeFile(scene.path("bytes"), Buffer.from([0xff, 0xfe, 0x00]));
  for (const [name, why] of [
    ["absent", "no such file"],
    ["empty", "empty"],
    ["large", "larger than 65536 bytes"],
    ["folder", "no file"],
    ["bytes", "no text in UTF-8"],
  ] as const) {
    await assert.rejects(scene.read({ GITEA_TOKEN_FILE: scene.path(name) }), {
      code: "config_invalid",
      message: `Cannot read secret from GITEA_TOKEN_FILE (${scene.path(name)}): ${why}`,
    });
  }
});

test("a secret in a file that is wrong: the error says which file, and hides it", async () => {
  await using scene = await setScene({ secret: "short" });
  const environment = { RUNNER_SECRET: "", RUNNER_SECRET_FILE: scene.path("secret") };
  await assert.rejects(scene.read(environment), (error: Error) => {
    assert.match(error.message, /runner_secret\.0: .*hidden, from RUNNER_SECRET_FILE \(.*secret\)/);
    return !error.message.includes("short");
  });
});

test("what is no secret is read from no file", async () => {
  await using scene = await setScene({ port: "1" });
  assert.equal((await scene.read({ PORT_FILE: scene.path("port") })).port, 8787);
});

test("explainSettings: where each value comes from", async () => {
  await using scene = await setScene({ key: "k", "cicd-runner.yaml": "port: 1\nasync:\n" });
  const environment = { ANTHROPIC_API_KEY_FILE: scene.path("key"), CLAUDE_MODEL: "opus" };
  const { settings } = await scene.explain(environment);
  const from = new Map(settings.map((setting) => [setting.path.join("."), setting.from]));
  assert.equal(from.get("port"), scene.path("cicd-runner.yaml"));
  assert.equal(from.get("claude.model"), "CLAUDE_MODEL");
  assert.equal(from.get("anthropic.api_key"), `ANTHROPIC_API_KEY_FILE (${scene.path("key")})`);
  assert.equal(from.get("async.max_sessions"), "default");
});

test("every setting whose name says that it is a secret is marked as one", () => {
  const isNamed =
    /secret|token$|api_tokens|api_key|custom_headers|private_key|password|path_segment|\.store$/;
  for (const { path, isSecret } of settingsOf(Config)) {
    const key = path.join(".");
    assert.equal(isSecret, isNamed.test(key), key);
  }
});
