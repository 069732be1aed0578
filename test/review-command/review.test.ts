import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import * as z from "zod";
import { text } from "../messages-api/reply.ts";
import { twice, untested, whole } from "../publish/findings.ts";
import { reviewJson } from "../publish/review-json.ts";
import { setScene } from "./scene.ts";

const Shown = z.object({
  state: z.string(),
  head_sha: z.string().nullable(),
  findings: z.array(
    z.object({
      message: z.string(),
      shown_at: z.object({ path: z.string(), line: z.number() }).nullable(),
    }),
  ),
});

test("cicd-runner review: the commits of HEAD against main, placed as on a page", async () => {
  const elsewhere = { line: 90, message: "Far away." };
  const other = { file: "src/none.ts", message: "Not here." };
  const answer = reviewJson([whole, twice, untested, elsewhere, other]);
  await using scene = await setScene(() => text(answer));
  const { exitCode, stdout, stderr } = await scene.run(["--format", "json"]);
  assert.equal(stderr, "");
  assert.equal(exitCode, 0);
  const shown = Shown.parse(JSON.parse(stdout));
  assert.equal(shown.head_sha, await scene.git("rev-parse", "HEAD"));
  assert.equal(shown.state, "found");
  assert.deepEqual(
    shown.findings.map(({ message, shown_at }) => [message, shown_at?.line]),
    [
      ["It charges twice.", 2],
      ["Far away.", undefined],
      ["Not here.", undefined],
      ["Nobody tests it.", 3],
      ["Say what it does.", undefined],
    ],
  );
  const [request] = scene.api.requests;
  const prompt = JSON.stringify(request?.body.messages);
  for (const part of ["Commits since main", "Charge", "+  charge();"])
    assert(prompt.includes(part));
  assert.deepEqual(await scene.temporaryFiles(), []);
});

test("cicd-runner review --base: text, with the gate as exit code", async () => {
  await using scene = await setScene(() => text(reviewJson([twice, untested])));
  const { exitCode, stdout } = await scene.run(["--base", "main", "--fail-on", "high"]);
  assert.equal(exitCode, 1);
  assert.match(stdout, /^2 findings: 1 high, 1 medium/);
  assert.match(stdout, /src\/pay\.ts:2: high bug\n {2}It charges twice\./);
  const open = await scene.run(["--base", "main"], { env: { PUBLISH_FAIL_ON: "low" } });
  assert.equal(open.exitCode, 1);
  const never = await scene.run(["--fail-on", "never"], { env: { PUBLISH_FAIL_ON: "low" } });
  assert.equal(never.exitCode, 0);
});

test("cicd-runner review --diff: from a file and from standard input, in no repository", async () => {
  await using scene = await setScene(() => text(reviewJson([twice])));
  const input = await scene.git("diff", "main");
  const { exitCode, stdout } = await scene.run(["--diff", "-", "--format", "json"], {
    input: `${input}\n`,
    cwd: scene.temporary,
  });
  assert.equal(exitCode, 0);
  const { head_sha, findings } = Shown.parse(JSON.parse(stdout));
  assert.equal(head_sha, null);
  assert.deepEqual(findings[0]?.shown_at, { path: "src/pay.ts", line: 2 });
  assert.match(JSON.stringify(scene.api.requests[0]?.body.messages), /directory is empty/);
});

test("cicd-runner review: a branch gets the tools that read alone, unless it is --trusted", async () => {
  await using scene = await setScene(() => text(reviewJson([twice])));
  const env = { CLAUDE_TOOLS_ALLOW: "Read Bash" };
  for (const args of [[], ["--trusted"]]) {
    assert.equal((await scene.run(args, { env })).exitCode, 0);
  }
  const Tools = z.object({ tools: z.array(z.object({ name: z.string() })) });
  const mayRun = scene.api.requests.map(({ body }) =>
    Tools.parse(body).tools.some(({ name }) => name === "Bash"),
  );
  assert.deepEqual(mayRun, [false, true]);
});

test("cicd-runner review --output: into a file, and what it says on standard error", async () => {
  await using scene = await setScene(() => text(reviewJson([])));
  const file = join(scene.folder, "review.txt");
  const { exitCode, stdout, stderr } = await scene.run(["--output", file]);
  assert.deepEqual([exitCode, stdout, stderr], [0, "", `No findings: see ${file}`]);
  assert.match(await readFile(file, "utf8"), /^No findings\n\nIt pays\./);
});

test("cicd-runner review --output: a file that can't be written is found before the model is asked", async () => {
  await using scene = await setScene(() => text("Looks good to me!"));
  const wrong = await scene.run(["--output", "no/such/folder.txt"]);
  assert.equal(wrong.exitCode, 1);
  assert.match(wrong.stderr, /Cannot write no\/such\/folder\.txt: /);
  assert.equal(scene.api.requests.length, 0);
  // Without a review no empty file is left, and what was there stays.
  const kept = join(scene.folder, "kept.txt");
  await writeFile(kept, "of before");
  for (const file of ["none.txt", kept]) {
    assert.equal((await scene.run(["--output", file])).exitCode, 1);
  }
  assert.equal(await readFile(kept, "utf8"), "of before");
  await assert.rejects(readFile(join(scene.folder, "none.txt")), { code: "ENOENT" });
});

test("cicd-runner review --output: a review that can't be written in the end is shown", async () => {
  const folder = () => join(scene.folder, "out");
  await using scene = await setScene(async () => {
    await rm(folder(), { recursive: true });
    return text(reviewJson([]));
  });
  await mkdir(folder());
  const { exitCode, stdout, stderr } = await scene.run(["--output", "out/review.txt"]);
  assert.equal(exitCode, 1);
  assert.match(stdout, /^No findings\n\nIt pays\./);
  assert.match(stderr, /Cannot write out\/review\.txt: /);
});

test("cicd-runner review: what the model wrote does nothing to a terminal, and tells no secret", async () => {
  const message = "\u001b]0;owned\u0007 \u001b[2J the key is the-key and \u202ethat";
  await using scene = await setScene(() => text(reviewJson([{ ...twice, message }])));
  for (const format of ["text", "json", "sarif"]) {
    const { stdout } = await scene.run(["--format", format]);
    assert.match(stdout, /owned/);
    for (const hidden of ["\u001b", "\u0007", "\u202e", "\\u001b", "the-key"]) {
      assert(!stdout.includes(hidden), JSON.stringify(hidden));
    }
  }
});

test("cicd-runner review: an empty change is no review, and needs no key", async () => {
  await using scene = await setScene();
  await scene.git("checkout", "--quiet", "main");
  for (const [args, input] of [
    [[], ""],
    [["--diff", "-"], "\n"],
  ] as const) {
    const { exitCode, stdout } = await scene.run(args, { input, env: { ANTHROPIC_API_KEY: "" } });
    assert.equal(exitCode, 0);
    assert.match(stdout, /^Nothing to review/);
  }
  assert.equal(scene.api.requests.length, 0);
});

test("cicd-runner review: a gateway is asked with its token and its headers", async () => {
  await using scene = await setScene(() => text(reviewJson([])));
  const { exitCode, stderr } = await scene.run([], {
    env: {
      ANTHROPIC_API_KEY: "",
      ANTHROPIC_AUTH_TOKEN: "the-key",
      ANTHROPIC_CUSTOM_HEADERS: "X-Tenant: reviews",
    },
  });
  assert.equal(exitCode, 0, stderr);
  const { headers } = scene.api.requests[0] ?? assert.fail("nothing was asked");
  assert.equal(headers.authorization, "Bearer the-key");
  assert.equal(headers["x-tenant"], "reviews");
  assert.equal(headers["x-api-key"], undefined);
});

test("cicd-runner review: what is wrong, where, and what to do", async () => {
  await using scene = await setScene();
  const broken = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n";
  for (const [args, code, message, how] of [
    [[], 78, /ANTHROPIC_API_KEY is not set/, { env: { ANTHROPIC_API_KEY: "" } }],
    [[], 1, /is in no git repository\n.*--diff/, { cwd: scene.temporary }],
    [["--base", "nowhere"], 1, /Cannot find nowhere/, {}],
    [["--base", "--upload-pack=x"], 1, /Cannot find --upload-pack/, {}],
    [["--diff", "absent.diff"], 1, /Cannot read diff: .*absent\.diff/, {}],
    [["--diff", "-"], 1, /no changed file in it\n.*git diff/, { input: "Hello\n" }],
    [["--diff", "-"], 1, /Cannot read diff: Hunk at line 3/, { input: broken }],
    [["--diff", "-", "--base", "main"], 2, /--diff is the whole change/, {}],
    [["--async"], 2, /give --pr/, {}],
    [["--async", "--pr", "7", "--trusted"], 2, /--trusted is for reviews without --async/, {}],
    [["--runner", "http://127.0.0.1:1"], 2, /--runner is for --async/, {}],
    [["--pr", "seven"], 2, /whole number/, {}],
    [["--pr", "7"], 1, /no remote origin/, {}],
    [["--format", "xml"], 2, /Allowed choices/, {}],
  ] as const) {
    const { exitCode, stderr } = await scene.run(args, how);
    assert.equal(exitCode, code, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, message);
  }
  assert.equal(scene.api.requests.length, 0);
});

test("cicd-runner review: an answer that is no review fails, and is not shown as an all-clear", async () => {
  await using scene = await setScene(() => text("Looks good to me!"));
  const { exitCode, stdout, stderr } = await scene.run([]);
  assert.equal(exitCode, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /Cannot read review, asked twice/);
});
