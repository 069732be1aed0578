import assert from "node:assert/strict";
import { test } from "node:test";
import { RunnerConfig } from "#runner/config.ts";
import { gitOptions } from "#runner/settings.ts";
import { readConfig } from "#shared/config.ts";

/** What git shows to the server of a URL. */
async function shownTo(url: string, environment: Record<string, string>) {
  const config = readConfig(
    RunnerConfig,
    {},
    { RUNNER_SECRET: "a-secret-of-the-test", ...environment },
  );
  return await gitOptions(config, {}).authorization?.(new URL(url));
}

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;

const tokens = {
  GITHUB_TOKEN: "hub",
  GITLAB_TOKEN: "lab",
  GITEE_TOKEN: "tee",
  GITEA_TOKEN: "tea",
  GITEA_HOST: "git.example.com:3000",
};

test("gitOptions shows each forge its own token, and nobody another's", async () => {
  for (const [url, pair] of [
    ["https://github.com/acme/shop.git", "x-access-token:hub"],
    ["https://gitlab.com/acme/web/shop.git", "oauth2:lab"],
    ["https://gitee.com/acme/shop.git", "oauth2:tee"],
    ["https://git.example.com:3000/acme/shop.git", "oauth2:tea"],
    ["https://GITHUB.com:443/acme/shop.git", "x-access-token:hub"],
  ] as const) {
    assert.equal(await shownTo(url, tokens), basic(pair), url);
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
    assert.equal(await shownTo(url, tokens), undefined, url);
  }
});

test("gitOptions shows no token to a forge that has none", async () => {
  const { GITLAB_TOKEN } = tokens;
  assert.equal(await shownTo("https://github.com/acme/shop.git", { GITLAB_TOKEN }), undefined);
  assert.equal(await shownTo("https://gitlab.com/acme/shop.git", {}), undefined);
});

test("gitOptions shows the token to the forge's host alone when that was moved", async () => {
  const moved = { ...tokens, GITHUB_HOST: "github.example.com", GITLAB_HOST: "gitlab.example.com" };
  const lab = "https://gitlab.example.com/acme/shop.git";
  assert.equal(await shownTo(lab, moved), basic("oauth2:lab"));
  const hub = "https://github.example.com/acme/shop.git";
  assert.equal(await shownTo(hub, moved), basic("x-access-token:hub"));
  for (const url of ["https://github.com/acme/shop.git", "https://gitlab.com/acme/shop.git"]) {
    assert.equal(await shownTo(url, moved), undefined, url);
  }
});

test("gitOptions refuses a token of Gitea without a host", async () => {
  await assert.rejects(shownTo("https://gitea.com/acme/shop.git", { GITEA_TOKEN: "tea" }), {
    code: "config_invalid",
    message: "Cannot use gitea_token: gitea.host is not set",
    hint: /GITEA_HOST/,
  });
});
