import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { descendantsOf } from "#runner/claude/process-tree.ts";
import { startFakeGitHub } from "../forges/github.ts";
import { setScene as setHost } from "../host/scene.ts";
import { text } from "../messages-api/reply.ts";
import { everyForge } from "../publish/every-forge.ts";
import { twice } from "../publish/findings.ts";
import { reviewJson } from "../publish/review-json.ts";
import { tempFolder } from "../temp-folder.ts";
import { until } from "../until.ts";
import { serveGit } from "../workspace/git-http.ts";
import { createRepository } from "../workspace/repository.ts";
import { setScene } from "./scene.ts";

/** A forge's repository with pull request 7, and a scene whose clone has it as origin. */
async function setForge() {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder()).path;
  const server = undo.use(await serveGit(folder));
  const repository = await createRepository(join(folder, "acme/shop.git"));
  const main = await repository.commit({ files: { "src/pay.ts": "pay() {\n}\n" } });
  const onRelease = { files: { "src/cart.ts": "cart\n" }, branch: "release", from: main };
  const base = await repository.commit(onRelease);
  const files = { "src/pay.ts": "pay() {\n  charge();\n  charge();\n}\n" };
  const head = await repository.commit({ files, branch: "topic", from: base });
  await repository.setRef("refs/heads/topic", undefined);
  await repository.setRef("refs/pull/7/head", head);
  await repository.setRef("refs/merge-requests/7/head", head);
  const scene = undo.use(await setScene(() => text(reviewJson([twice]))));
  await scene.git("remote", "add", "origin", `${server.url}/acme/shop.git`);
  const resources = undo.move();
  return {
    scene,
    head,
    env: { GITHUB_HOST: new URL(server.url).host, RUNNER_CLONE_PROTOCOLS: "http" },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

test("cicd-runner review --pr: the forge's own ref of its head, against the default branch", async () => {
  await using forge = await setForge();
  const { scene, env, head } = forge;
  const { exitCode, stdout, stderr } = await scene.run(["--pr", "7", "--format", "json"], { env });
  assert.equal(exitCode, 0, stderr);
  const shown = JSON.parse(stdout);
  assert.equal(shown.head_sha, head);
  assert.deepEqual(shown.findings[0].shown_at, { path: "src/pay.ts", line: 2 });
  const unknown = await scene.run(["--pr", "8"], { env });
  assert.equal(unknown.exitCode, 1);
  assert.match(unknown.stderr, /its refs are gone/);
  const elsewhere = await scene.run(["--pr", "7"]);
  assert.equal(elsewhere.exitCode, 78);
  assert.match(elsewhere.stderr, /Cannot tell the forge of origin: 127\.0\.0\.1.*\n.*GITHUB_HOST/);
});

/** Reviews pull request 7 with the API of a forge; resolves to what the model was shown. */
async function promptOf(
  { scene, env }: Awaited<ReturnType<typeof setForge>>,
  { forge, url }: { readonly forge: string; readonly url: string },
  ...args: readonly string[]
) {
  const name = forge.toUpperCase();
  const how = {
    env: {
      RUNNER_CLONE_PROTOCOLS: "http",
      [`${name}_HOST`]: env.GITHUB_HOST,
      [`${name}_API_URL`]: `${url}/api/`,
      [`${name}_TOKEN`]: "the-forge-token",
    },
  };
  const { exitCode, stderr } = await scene.run(["--pr", "7", ...args], how);
  assert.equal(exitCode, 0, stderr);
  return { prompt: JSON.stringify(scene.api.requests.at(-1)?.body.messages), stderr };
}

for (const { forge, start } of everyForge) {
  test(`cicd-runner review --pr: title, text and base as ${forge} tells them`, async () => {
    await using setting = await setForge();
    await using fake = await start();
    const { prompt, stderr } = await promptOf(setting, { forge, url: fake.server.url });
    assert.equal(stderr, "");
    assert.match(prompt, /Charge cards once.*They were charged twice\./);
    assert.doesNotMatch(prompt, /src\/cart\.ts/);
    assert.deepEqual(fake.server.problems, []);
  });
}

test("cicd-runner review --pr: --base goes first, and a forge that does not tell is no hindrance", async () => {
  await using setting = await setForge();
  await using fake = await startFakeGitHub();
  const api = { forge: "github", url: fake.server.url };
  const other = await promptOf(setting, api, "--base", "main");
  assert.match(other.prompt, /Charge cards once.*src\/cart\.ts/);
  fake.server.trouble = () => ({ do: "refuse", status: 403, body: { message: "Not for you" } });
  const untold = await promptOf(setting, api);
  assert.match(untold.stderr, /^Title, text and base .* are not known: .*Not for you/);
  assert.doesNotMatch(untold.prompt, /Charge cards once/);
  assert.match(untold.prompt, /src\/cart\.ts/);
});

test("cicd-runner review --pr --async: a running runner does it, warm the second time", async () => {
  await using forge = await setForge();
  const { scene, env } = forge;
  // The line below the change, told in other words each time.
  const below = { ...twice, line: 4 };
  await using host = await setHost({
    respond: (_, index) =>
      text(reviewJson([{ ...below, message: `It charges ${index + 2} times` }])),
    environment: env,
  });
  const { runnerUrl } = host.program;
  const args = ["--pr", "7", "--async", "--runner", runnerUrl, "--format", "json"];
  const how = {
    env: { ...env, RUNNER_SECRET: "runner-secret-of-the-test", ANTHROPIC_API_KEY: "" },
  };
  const first = await scene.run(args, how);
  assert.equal(first.exitCode, 0, first.stderr);
  const [found] = JSON.parse(first.stdout).findings;
  assert.deepEqual(found.shown_at, { path: "src/pay.ts", line: 3 }, "a line of the change");
  const second = await scene.run([...args, "--fail-on", "high"], how);
  assert.equal(second.exitCode, 1);
  assert.equal(JSON.parse(second.stdout).cached, true);
  assert.equal(host.api.requests.length, 1);
  const third = await scene.run([...args, "--force"], how);
  assert.equal(JSON.parse(third.stdout).cached, false);
  const [again] = JSON.parse(third.stdout).findings;
  assert.deepEqual([again.message, again.fingerprint], ["It charges 3 times", found.fingerprint]);
  assert.match(JSON.stringify(host.api.requests[1]?.body.messages), /has a new version/);
  assert.equal(scene.api.requests.length, 0);
  const stranger = await scene.run(args, { env: { ...how.env, RUNNER_SECRET: "s".repeat(16) } });
  assert.equal(stranger.exitCode, 1);
  assert.match(stranger.stderr, /refused.*seal/);
});

test("cicd-runner review: Ctrl+C ends the process with all below it, and exits 130", async () => {
  const forever = new Promise<never>(() => {});
  await using scene = await setScene(() => text("I look ", forever));
  const program = scene.start([]);
  await scene.api.request(0);
  const children = await descendantsOf(program.pid ?? 0);
  assert(children.length > 0);
  program.kill("SIGINT");
  const { exitCode, stdout } = await program;
  assert.deepEqual([exitCode, stdout], [130, ""]);
  for (const { pid } of children) {
    assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  }
  assert.deepEqual(await scene.temporaryFiles(), []);
});

test("cicd-runner review: Ctrl+C while git runs removes what was made, too", async () => {
  await using scene = await setScene();
  await using folder = await tempFolder();
  const fetching = join(folder.path, "fetching");
  const git = `#!/bin/sh
case " $* " in *" fetch "*) : > '${fetching}'; exec sleep 60 ;; esac
PATH='${process.env.PATH}' exec git "$@"
`;
  await writeFile(join(folder.path, "git"), git, { mode: 0o755 });
  const program = scene.start([], { env: { PATH: `${folder.path}:${process.env.PATH}` } });
  await until(() => existsSync(fetching));
  program.kill("SIGINT");
  assert.equal((await program).exitCode, 130);
  assert.deepEqual(await scene.temporaryFiles(), []);
});

test("cicd-runner review --diff -: Ctrl+C ends the wait for standard input", async () => {
  await using scene = await setScene();
  const program = scene.start(["--diff", "-"], { isInputOpen: true });
  // More than a pipe holds: it is gone when somebody reads.
  await new Promise((resolve) => program.stdin.write(" ".repeat(1_000_000), resolve));
  program.kill("SIGINT");
  assert.equal((await program).exitCode, 130);
});
