import assert from "node:assert/strict";
import { readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { endOrphans } from "#runner/claude/orphans.ts";
import { freePort } from "./campaign/free-port.ts";
import { review } from "./host/scene.ts";
import { text } from "./messages-api/reply.ts";
import { startMessagesApi } from "./messages-api/start.ts";
import { tempFolder } from "./temp-folder.ts";

const root = new URL("../", import.meta.url).pathname;
/** How long all commands may take, in milliseconds. */
const patience = 90_000;

test("docs/first-steps.md: its commands, in a fresh clone, lead to a review", async () => {
  await using folder = await tempFolder();
  const clone = join(folder.path, "clone");
  await execa("git", ["clone", "--quiet", "--no-local", "--depth=1", `file://${root}`, clone]);
  await symlink(join(root, "node_modules"), join(clone, "node_modules"));
  const found = "An empty cart gives NaN.";
  await using api = await startMessagesApi({
    respond: () => text(review(found)),
    apiKey: "the-key",
  });
  const port = await freePort();

  const page = await readFile(join(clone, "docs/first-steps.md"), "utf8");
  const script = scriptOf(page, {
    "npm ci": "true",
    "export ANTHROPIC_API_KEY=...": "export ANTHROPIC_API_KEY=the-key",
    // A newcomer copies it from what `init` shows.
    "cicd-runner init --yes": "cicd-runner init --yes | tee init.txt",
    "export CICD_RUNNER_TOKEN=...":
      "export CICD_RUNNER_TOKEN=$(sed -n 's/.*CICD_RUNNER_TOKEN=//p' init.txt)",
  }).replaceAll("127.0.0.1:8787", `127.0.0.1:${port}`);
  try {
    const { exitCode, all } = await execa("bash", ["-eu", "-O", "expand_aliases"], {
      cwd: clone,
      extendEnv: false,
      env: {
        PATH: process.env.PATH,
        HOME: folder.path,
        NODE_COMPILE_CACHE: join(folder.path, "compiled"),
        PORT: String(port),
        RUNNER_PORT: String(await freePort()),
        ANTHROPIC_BASE_URL: api.url,
        // What a machine of tests has is no matter of the page.
        ASYNC_MAX_SESSIONS: "2",
        RUNNER_DISK_BUDGET: "100MB",
      },
      // It has to end well when it is told to end.
      input: `trap 'kill $! 2> /dev/null || true' EXIT\n${script}wait $!\n`,
      all: true,
      reject: false,
      timeout: patience,
    });
    assert.equal(exitCode, 0, all);
    let from = 0;
    for (const part of [
      "ok    Claude CLI",
      "warn  Forges",
      '"status_url"',
      "task succeeded",
      found,
      "Runner    healthy",
      "acme/shop#1",
    ]) {
      const at = all.indexOf(part, from);
      assert(at >= 0, `${part}\n${all}`);
      from = at;
    }
    assert.equal(api.requests.length, 1);
  } finally {
    // What a run that failed has left.
    await endOrphans(join(folder.path, "reviews/.cicd-runner"));
    await rm(join(clone, "node_modules"), { force: true });
  }
});

/** The commands of a page, where these lines, each of which has to be there, are others. */
function scriptOf(page: string, instead: Readonly<Record<string, string>>): string {
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
  const lines = blocks.join("").split("\n");
  for (const line of Object.keys(instead)) assert(lines.includes(line), line);
  return lines.map((line) => instead[line] ?? line).join("\n");
}
