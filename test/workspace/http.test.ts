import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { test } from "node:test";
import { execa } from "execa";
import { assertFails } from "./assert-fails.ts";
import { serveGit } from "./git-http.ts";
import { createSetting, type Setting } from "./setting.ts";

const protocols = ["http"];
const credential = `Basic ${Buffer.from("x-access-token:s3cret-token").toString("base64")}`;

test("prepareCheckout fetches over HTTP by the commits' ids", async () => {
  await using setting = await createSetting();
  await using server = await serveGit(setting.path("."));
  const sides = await pullRequest(setting, server.url);
  // No ref names the head.
  await setting.repository.setRef("refs/heads/topic", undefined);
  const { mergeBase, files } = await setting.checkout(sides, { git: { protocols } });
  assert.deepEqual([mergeBase, files.length], [sides.base, 1]);
  assert(server.requests.every(({ authorization }) => authorization === undefined));
});

test("prepareCheckout sends the credential to its server, and leaves it in no file", async () => {
  await using setting = await createSetting();
  await using server = await serveGit(setting.path("."), { authorization: credential });
  const sides = await pullRequest(setting, server.url);
  const asked: string[] = [];
  const authorization = async ({ href }: URL) => {
    asked.push(href);
    return credential;
  };
  const calls = setting.path("calls");
  const executable = setting.path("recorder");
  await writeFile(executable, `#!/bin/sh\necho "$@" >> ${calls}\nexec git "$@"\n`, { mode: 0o755 });
  await setting.checkout(sides, { git: { protocols, authorization, executable } });
  assert.deepEqual(asked, [sides.url]);
  assert(server.requests.every((request) => request.authorization === credential));
  for (const secret of ["s3cret-token", credential.slice("Basic ".length)]) {
    const found = await execa(
      "grep",
      ["-rF", secret, setting.folder, setting.path("mirrors"), calls],
      { reject: false },
    );
    assert.deepEqual([found.exitCode, found.stdout], [1, ""]);
  }
});

for (const [name, value] of [
  ["a wrong credential", "Basic d3Jvbmc6d3Jvbmc="],
  ["no credential", undefined],
] as const) {
  test(`prepareCheckout fails as repository_refused with ${name}`, async () => {
    await using setting = await createSetting();
    await using server = await serveGit(setting.path("."), { authorization: credential });
    const sides = await pullRequest(setting, server.url);
    const git = { protocols, authorization: async () => value };
    const { hint, message } = await assertFails(
      setting.checkout(sides, { git }),
      "repository_refused",
      /^Cannot run git fetch: /,
    );
    assert.match(hint ?? "", /GITHUB_TOKEN/);
    assert(!message.includes("d3Jvbmc6d3Jvbmc="));
  });
}

test("prepareCheckout fetches by ref where the server refuses ids, also when they moved on", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  await using server = await serveGit(setting.path("."), { byId: false });
  const sides = await pullRequest(setting, server.url);
  // The head is farther back than the first fetch reaches.
  const newer = await repository.grow(60, "topic");
  await repository.setRef("refs/pull/7/head", newer);
  await repository.commit({ files: { "c.ts": "4\n" } });
  const { headSha, mergeBase, files } = await setting.checkout(sides, { git: { protocols } });
  assert.deepEqual([headSha, mergeBase], [sides.head, sides.base]);
  assert.deepEqual(
    files.map(({ path }) => path),
    ["a.ts"],
  );
});

test("prepareCheckout finds a deep merge base by ref alone", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  await using server = await serveGit(setting.path("."), { byId: false });
  const sides = await pullRequest(setting, server.url);
  await repository.setRef("refs/pull/7/head", sides.head);
  const base = await repository.grow(90);
  const { mergeBase } = await setting.checkout({ ...sides, base }, { git: { protocols } });
  assert.equal(mergeBase, sides.base);
});

test("prepareCheckout fails as repository_unavailable when the head is gone", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  await using server = await serveGit(setting.path("."), { byId: false });
  const sides = await pullRequest(setting, server.url);
  const forced = await repository.commit({ branch: "other", from: sides.base, files: { z: "" } });
  await repository.setRef("refs/pull/7/head", forced);
  await repository.setRef("refs/heads/topic", undefined);
  const lost = setting.checkout(sides, { git: { protocols } });
  await assertFails(lost, "repository_unavailable", new RegExp(`commit ${sides.head}: it is not`));
  await repository.setRef("refs/pull/7/head", undefined);
  const unnamed = setting.checkout(sides, { git: { protocols } });
  await assertFails(unnamed, "repository_unavailable", /refs are gone/);
});

test("prepareCheckout fails as repository_refused when the branch has no possible name", async () => {
  await using setting = await createSetting();
  await using server = await serveGit(setting.path("."), { byId: false });
  const event = setting.event(await pullRequest(setting, server.url));
  await setting.repository.setRef("refs/heads/topic", undefined);
  event.pull_request.base.ref = "main\n+refs/heads/*:refs/heads/*";
  const checkout = setting.prepare(event, { git: { protocols } });
  await assertFails(checkout, "repository_refused", /not a branch name$/);
});

test("prepareCheckout follows no redirect", async () => {
  await using setting = await createSetting();
  await using target = await serveGit(setting.path("."));
  await using server = await serveGit(setting.path("."), {
    intercept: ({ url = "" }, response) => {
      response.writeHead(302, { location: `${target.url}${url}` }).end();
      return true;
    },
  });
  const sides = await pullRequest(setting, server.url);
  const git = { protocols, authorization: async () => credential };
  const { hint } = await assertFails(
    setting.checkout(sides, { git }),
    "repository_refused",
    /returned error: 302/,
  );
  assert.match(hint ?? "", /redirect/);
  assert.deepEqual(target.requests, []);
});

for (const [status, code] of [
  [403, "repository_refused"],
  [404, "repository_refused"],
  [429, "repository_unavailable"],
  [503, "repository_unavailable"],
] as const) {
  test(`prepareCheckout fails as ${code} when the server answers ${status}`, async () => {
    await using setting = await createSetting();
    await using server = await serveGit(setting.path("."), {
      intercept: (_, response) => {
        response.writeHead(status).end();
        return true;
      },
    });
    const checkout = setting.checkout(await pullRequest(setting, server.url), {
      git: { protocols },
    });
    const { hint } = await assertFails(checkout, code, /^Cannot run git fetch: /);
    assert(hint);
  });
}

test("prepareCheckout takes no meaning from the name of a repository", async () => {
  await using setting = await createSetting();
  const sides = await pullRequest(setting, await closedOrigin(setting));
  const url = sides.url.replace("shop.git", "certificate-not-found");
  const checkout = setting.checkout({ ...sides, url }, { git: { protocols } });
  await assertFails(checkout, "repository_unavailable", /Failed to connect|Couldn't connect/);
});

test("prepareCheckout ends git and what it started when the signal aborts", async () => {
  await using setting = await createSetting();
  const { promise, resolve } = Promise.withResolvers<[IncomingMessage, ServerResponse]>();
  await using server = await serveGit(setting.path("."), {
    intercept: (...exchange) => {
      resolve(exchange);
      return true;
    },
  });
  const sides = await pullRequest(setting, server.url);
  const controller = new AbortController();
  const reason = new Error("The task was cancelled");
  const checkout = setting.checkout(sides, { git: { protocols }, signal: controller.signal });
  const [, response] = await promise;
  const closed = once(response, "close");
  controller.abort(reason);
  await assert.rejects(checkout, reason);
  // The process that held the connection was not ours but git's own child.
  await closed;
});

test("prepareCheckout fails as repository_unavailable when git takes too long", async () => {
  await using setting = await createSetting();
  await using server = await serveGit(setting.path("."), { intercept: () => true });
  const sides = await pullRequest(setting, server.url);
  const checkout = setting.checkout(sides, { git: { protocols, timeoutMs: 300 } });
  await assertFails(checkout, "repository_unavailable", /longer than 300 ms/);
});

/** One change on top of a base, to be fetched from a server of the setting's root. */
async function pullRequest({ repository }: Setting, origin: string) {
  const base = await repository.commit({ files: { "a.ts": "1\n" } });
  const head = await repository.commit({ branch: "topic", from: base, files: { "a.ts": "2\n" } });
  return { head, base, url: `${origin}/shop.git` };
}

/** Where nothing listens any more. */
async function closedOrigin(setting: Setting): Promise<string> {
  await using server = await serveGit(setting.path("."));
  return server.url;
}
