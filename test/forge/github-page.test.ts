import assert from "node:assert/strict";
import { test } from "node:test";
import { forgePages } from "#runner/forge/forge-pages.ts";
import { startFakeGitHub } from "../forges/github.ts";
import { pullRequestEvent } from "../shared/pull-request-event.ts";

test("line comments on GitHub, one of a file that it does not show: the others are there all the same", async () => {
  await using fake = await startFakeGitHub({ hasLine: (path) => path !== "huge.ts" });
  const { repository, pull_request } = pullRequestEvent(7);
  const credential = { kind: "token", token: "the-forge-token" } as const;
  const github = { host: repository.host, apiUrl: `${fake.server.url}/api`, credential };
  const openPage = forgePages({ github }, "cicd-runner");
  const page = openPage(
    { forge: "github", repository, pull_request },
    { signal: new AbortController().signal, beforeWrite: async () => {} },
  );
  assert(page);
  const comments = ["a.ts", "huge.ts", "b.ts", "a.ts"].map((path, index) => ({
    place: { path, previous_path: null, line: index + 1, text: "" },
    body: `Number ${index}`,
  }));
  assert.deepEqual(await page.addLineComments(comments, "a".repeat(40)), [comments[1]]);
  assert.deepEqual(
    fake.comments().map(({ at, body }) => [at, body]),
    [
      ["a.ts:1", "Number 0"],
      ["a.ts:4", "Number 3"],
      ["b.ts:3", "Number 2"],
    ],
  );
  assert.deepEqual(fake.server.problems, []);
});
