import assert from "node:assert/strict";
import { test } from "node:test";
import { RunnerConfig } from "#runner/config.ts";
import { gitOptions } from "#runner/settings.ts";
import { readConfig } from "#shared/config.ts";
import { Forge } from "#shared/event.ts";

/** What git shows to the server of a URL that each forge has told of, but for nothing. */
async function shownTo(url: string, environment: Record<string, string>) {
  const config = readConfig(
    RunnerConfig,
    {},
    { RUNNER_SECRET: "a-secret-of-the-test", ...environment },
  );
  const { authorization } = gitOptions(config, {});
  const shown = await Promise.all(
    Forge.options.map(
      async (forge) => [forge, await authorization?.(new URL(url), forge)] as const,
    ),
  );
  return shown.filter(([, value]) => value !== undefined);
}

const basic = (forge: Forge, pair: string) => [
  [forge, `Basic ${Buffer.from(pair).toString("base64")}`],
];

const tokens = {
  GITHUB_TOKEN: "hub",
  GITLAB_TOKEN: "lab",
  GITEE_TOKEN: "tee",
  GITEA_TOKEN: "tea",
  GITEA_HOST: "git.example.com:3000",
};

test("gitOptions shows each forge its own token, if it told of the repository, and nobody another's", async () => {
  for (const [forge, url, pair] of [
    ["github", "https://github.com/acme/shop.git", "x-access-token:hub"],
    ["gitlab", "https://gitlab.com/acme/web/shop.git", "oauth2:lab"],
    ["gitee", "https://gitee.com/acme/shop.git", "oauth2:tee"],
    ["gitea", "https://git.example.com:3000/acme/shop.git", "oauth2:tea"],
    ["github", "https://GITHUB.com:443/acme/shop.git", "x-access-token:hub"],
  ] as const) {
    assert.deepEqual(await shownTo(url, tokens), basic(forge, pair), url);
  }
  for (const url of [
    "http://github.com/acme/shop.git",
    "https://github.com:8443/acme/shop.git",
    "https://github.com.example/acme/shop.git",
    "https://api.github.com/acme",
    "https://gitlab.com.evil.example/acme/shop.git",
    "https://git.example.com/acme/shop.git",
    "http://git.example.com:3000/acme/shop.git",
    "https://evil.example/gitee.com/acme.git",
  ]) {
    assert.deepEqual(await shownTo(url, tokens), [], url);
  }
});

test("gitOptions shows no token to a forge that has none", async () => {
  const { GITLAB_TOKEN } = tokens;
  assert.deepEqual(await shownTo("https://github.com/acme/shop.git", { GITLAB_TOKEN }), []);
  assert.deepEqual(await shownTo("https://gitlab.com/acme/shop.git", {}), []);
});

test("gitOptions shows the token to the forge's host alone when that was moved", async () => {
  const moved = { ...tokens, GITHUB_HOST: "github.example.com", GITLAB_HOST: "gitlab.example.com" };
  const lab = "https://gitlab.example.com/acme/shop.git";
  assert.deepEqual(await shownTo(lab, moved), basic("gitlab", "oauth2:lab"));
  const hub = "https://github.example.com/acme/shop.git";
  assert.deepEqual(await shownTo(hub, moved), basic("github", "x-access-token:hub"));
  for (const url of ["https://github.com/acme/shop.git", "https://gitlab.com/acme/shop.git"]) {
    assert.deepEqual(await shownTo(url, moved), [], url);
  }
});

test("gitOptions refuses a token of Gitea without a host", async () => {
  await assert.rejects(shownTo("https://gitea.com/acme/shop.git", { GITEA_TOKEN: "tea" }), {
    code: "config_invalid",
    message: "Cannot use gitea_token: gitea.host is not set",
    hint: /GITEA_HOST/,
  });
});
