import assert from "node:assert/strict";
import { test } from "node:test";
import { RunnerConfig } from "#runner/config.ts";
import { forgeAccounts } from "#runner/forge-accounts.ts";
import { readConfig } from "#shared/config.ts";

test("forgeAccounts, hosts as people write them: as events name them, and for their APIs", () => {
  const environment = {
    RUNNER_SECRET: "a-secret-of-the-test",
    GITHUB_TOKEN: "hub",
    GITHUB_HOST: "GitHub.com",
    GITLAB_TOKEN: "lab",
    GITLAB_HOST: "Git.Example.com:443",
    GITEA_TOKEN: "tea",
    GITEA_HOST: "git.example.com:3000",
  };
  const { github, gitlab, gitea } = forgeAccounts(readConfig(RunnerConfig, {}, environment));
  assert.deepEqual(
    [github, gitlab, gitea].map((account) => [account?.host, account?.apiUrl]),
    [
      ["github.com", "https://api.github.com"],
      ["git.example.com", "https://git.example.com/api/v4"],
      ["git.example.com:3000", "https://git.example.com:3000/api/v1"],
    ],
  );
});
