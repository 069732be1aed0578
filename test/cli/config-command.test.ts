import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import * as z from "zod";
import { compileCache } from "../compile-cache.ts";
import { tempFolder } from "../temp-folder.ts";

const root = new URL("../../", import.meta.url).pathname;

async function run(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  return await execa(process.execPath, [join(root, "cli/main.ts"), "config", ...args], {
    cwd: folder,
    extendEnv: false,
    env: { ...compileCache, ...env },
    reject: false,
    timeout: 30_000,
    stripFinalNewline: false,
  });
}

test("cicd-runner config check: what is set, where, and no secret", async () => {
  await using folder = await tempFolder();
  const file = join(folder.path, "cicd-runner.yaml");
  await writeFile(file, "async:\n  idle_timeout: 1h\ngithub_token: the-token\n");
  await writeFile(join(folder.path, "key"), "the-key");
  const env = {
    GITHUB_WEBHOOK_SECRET: "the-secret",
    ANTHROPIC_API_KEY_FILE: join(folder.path, "key"),
  };
  const { exitCode, stdout, stderr } = await run(folder.path, ["check"], env);
  assert.equal(exitCode, 0, stderr);
  assert(stdout.includes(`async.idle_timeout     1h      ${file}`), stdout);
  assert.match(stdout, /^github\.webhook_secret +hidden +GITHUB_WEBHOOK_SECRET$/m);
  assert.match(stdout, /^anthropic\.api_key +hidden +ANTHROPIC_API_KEY_FILE \(.*key\)$/m);
  assert(!/the-(?:token|secret|key)/.test(stdout));
  assert(!stdout.includes("max_sessions"));

  const data = await run(folder.path, ["check", "--all", "--json"], env);
  assert(!/the-(?:token|secret|key)/.test(data.stdout));
  const setting = z.object({ key: z.string(), from: z.string(), value: z.unknown().optional() });
  const { settings } = z.object({ settings: z.array(setting) }).parse(JSON.parse(data.stdout));
  const of = (key: string) => settings.find((one) => one.key === key);
  assert.deepEqual(of("async.max_sessions"), {
    key: "async.max_sessions",
    from: "default",
    value: 10,
  });
  assert.equal(of("github_token")?.value, undefined);
});

test("cicd-runner config check: exit 78 for what each program could not start with", async () => {
  await using folder = await tempFolder();
  const cases = [
    { args: [], env: {}, says: /no webhook secret is set/ },
    { args: ["--for", "runner"], env: {}, says: /runner_secret: .*it is not set/ },
    {
      args: ["--for", "runner"],
      env: { RUNNER_SECRET: "r".repeat(16), GITEA_TOKEN: "t" },
      says: /gitea\.host is not set/,
    },
    {
      args: [],
      env: { GITHUB_WEBHOOK_SECRET: "s", REVIEW_SKILLS: "code-review" },
      says: /Cannot find skill code-review, .*\n.*code-reviewer/,
    },
    { args: [], env: { PORT: "many" }, says: /port: .*got "many", from PORT/ },
  ];
  for (const { args, env, says } of cases) {
    const { exitCode, stderr } = await run(folder.path, ["check", ...args], env);
    assert.equal(exitCode, 78);
    assert.match(stderr, says);
  }
});

test("cicd-runner config example and schema print the files of the project", async () => {
  for (const [name, file] of [
    ["example", "cicd-runner.example.yaml"],
    ["schema", "cicd-runner.schema.json"],
  ] as const) {
    assert.equal((await run("/", [name])).stdout, await readFile(join(root, file), "utf8"));
  }
});
