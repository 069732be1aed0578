import assert from "node:assert/strict";
import { test } from "node:test";
import { RunnerConfig } from "#runner/config.ts";
import { openLocalRepository } from "#runner/local/local-repository.ts";
import { knownPullRequest } from "#runner/local/pull-request-change.ts";
import { readConfig } from "#shared/config.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import { pullRequestEvent } from "../shared/pull-request-event.ts";
import { setScene } from "./scene.ts";

test("origin in any case: the session that the forge's own deliveries have", async () => {
  await using scene = await setScene();
  await scene.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main");
  const config = readConfig(RunnerConfig, {}, { RUNNER_SECRET: "x".repeat(32) });
  const local = await openLocalRepository(scene.folder, new AbortController().signal);
  const told = pullRequestEvent(7);
  const { owner, name } = told.repository;
  const written = `${owner.toUpperCase()}/${name.toUpperCase()}`;
  for (const origin of [
    `git@GitHub.com:${written}.git`,
    `ssh://git@GitHub.com:22/${written}`,
    `https://GitHub.com/${written}.git`,
  ]) {
    await scene.git("config", "remote.origin.url", origin);
    const { forge, repository, number } = await knownPullRequest(local, 7, config);
    assert.equal(repository.host, "github.com", origin);
    const own = { forge, repository, pull_request: { number } };
    assert.equal(sessionIdOf(own), sessionIdOf(told), origin);
  }
});
