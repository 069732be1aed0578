import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { execa } from "execa";
import * as z from "zod";
import { testedCli } from "#cli/version.ts";
import { type Pair, startPair } from "../client/start-pair.ts";
import { compileCache } from "../compile-cache.ts";
import { tempFolder } from "../temp-folder.ts";

const main = new URL("../../cli/main.ts", import.meta.url).pathname;

const Report = z.object({
  checks: z.array(
    z.object({
      name: z.string(),
      status: z.enum(["ok", "warn", "fail"]),
      message: z.string(),
      fix: z.string().optional(),
    }),
  ),
});

/** What the APIs of the model and of the forges answer. */
const answers: Readonly<Record<string, { status?: number; scopes?: string; body?: object }>> = {
  "good-key": {},
  "Bearer classic": { scopes: "repo, workflow", body: { login: "mona" } },
  "Bearer narrow": { scopes: "public_repo", body: { login: "mona" } },
  "lab-token": { body: { name: "reviews", scopes: ["read_api"] } },
};

/** A machine: programs on its PATH, and one server that stands for all APIs. */
async function setScene() {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder()).path;
  const program = async (name: string, script: string) => {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  };
  await program("claude", `echo "${testedCli} (Claude Code)"`);
  await program("git", "echo git version 2.39.5");
  await program("systemctl", "exit 1");
  const api = createServer((request, response) => {
    const { authorization, "x-api-key": key, "private-token": token } = request.headers;
    const known = answers[String(authorization ?? key ?? token)];
    const { status = known === undefined ? 401 : 200, scopes, body = {} } = known ?? {};
    if (scopes !== undefined) response.setHeader("x-oauth-scopes", scopes);
    response.writeHead(status).end(JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  undo.defer(() => void api.close());
  await once(api, "listening");
  const address = api.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null && address.port}`;
  const state = join(folder, "state");
  await mkdir(state, { mode: 0o700 });
  const run = async (env: Readonly<Record<string, string>>, args: readonly string[] = []) =>
    await execa(process.execPath, [main, "doctor", ...args], {
      cwd: folder,
      extendEnv: false,
      env: {
        ...compileCache,
        PATH: `${folder}:/usr/bin:/bin`,
        GITHUB_WEBHOOK_SECRET: "secret",
        ANTHROPIC_API_KEY: "good-key",
        ANTHROPIC_BASE_URL: url,
        GITHUB_API_URL: url,
        GITLAB_API_URL: url,
        RUNNER_STATE_DIR: state,
        RUNNER_DISK_BUDGET: "1MB",
        ...env,
      },
      reject: false,
      timeout: 60_000,
    });
  const resources = undo.move();
  return {
    folder,
    state,
    program,
    run,
    /** What is found, by the names of the checks. */
    find: async (env: Readonly<Record<string, string>>) => {
      const { exitCode, stdout, stderr } = await run(env, ["--json"]);
      assert.equal(stderr, "");
      const { checks } = Report.parse(JSON.parse(stdout));
      return { exitCode, of: (name: string) => checks.find((check) => check.name === name) };
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const edgeOf = ({ url }: Pair) => ({ EDGE_PUBLIC_URL: url });

test("cicd-runner doctor: exit 0 and a line for each check when all is well", async () => {
  await using pair = await startPair();
  await using scene = await setScene();
  const { exitCode, stdout } = await scene.run({ ...edgeOf(pair), GITHUB_TOKEN: "classic" });
  assert.equal(exitCode, 0, stdout);
  for (const line of [
    /^ok +Node +\d+/m,
    /^ok +git +2\.39\.5$/m,
    /^ok +Claude CLI +\d/m,
    /^ok +Model API +\S+ takes the key$/m,
    /^ok +Token of github +user mona, scopes repo, workflow$/m,
    /^ok +Edge +\S+ is healthy, its runner healthy$/m,
    /^ok +Store +\S+ is made at the first start$/m,
    /^ok +State folder +\S+: [\d.]+ GB free$/m,
    /^ok +CLI limit +async\.process_memory_max is not set/m,
  ]) {
    assert.match(stdout, line);
  }
});

test("cicd-runner doctor: what is wrong is named, with what to do, and exits 1", async () => {
  await using scene = await setScene();
  await scene.program("claude", "echo 1.0.0");
  await scene.program(
    "systemctl",
    'printf "Id=cicd-runner@1.service\\nMemoryMax=1073741824\\nEnvironment=A=b ASYNC_MAX_SESSIONS=9\\nDelegate=no\\n"',
  );
  await chmod(scene.state, 0o755);
  const database = new DatabaseSync(join(scene.state, "cicd-runner.db"));
  database.exec("CREATE TABLE t(x); PRAGMA user_version = 9999");
  database.close();
  const { exitCode, of } = await scene.find({
    ANTHROPIC_API_KEY: "bad-key",
    EDGE_PUBLIC_URL: "http://127.0.0.1:1",
    GITHUB_TOKEN: "narrow",
    ASYNC_PROCESS_MEMORY_MAX: "768MB",
    GITLAB_TOKEN: "lab-token",
    GITEA_TOKEN: "no-token",
    GITEA_HOST: "git.example.com",
    GITEA_API_URL: "http://127.0.0.1:1",
  });
  assert.equal(exitCode, 1);
  const expected = [
    ["Claude CLI", "warn", /^1\.0\.0; tested with/],
    ["Model API", "fail", /refuses the key: 401/],
    ["Token of github", "warn", /scopes public_repo: private repositories need repo/],
    ["Token of gitlab", "fail", /scopes read_api: publishing needs api/],
    ["Token of gitea", "fail", /Cannot reach http:\/\/127\.0\.0\.1:1/],
    ["Edge", "fail", /Cannot reach edge/],
    ["Store", "fail", /has version 9999, this program knows \d+/],
    ["State folder", "warn", /open to others: mode 755/],
    ["Memory", "fail", /cicd-runner@1\.service has 1024 MB for 9 sessions/],
    ["CLI limit", "warn", /^No cgroup is delegated to cicd-runner@1\.service: .* 768 MB$/],
  ] as const;
  for (const [name, status, message] of expected) {
    const finding = of(name);
    assert.match(finding?.message ?? "", message);
    assert.equal(finding?.status, status, name);
    if (!name.startsWith("Token of gitea")) assert(finding?.fix, name);
  }
  assert.equal(of("Memory")?.fix, "Set ASYNC_MAX_SESSIONS to 5, or raise MemoryMax");
});

test("cicd-runner doctor: the token of a gateway is tried as it is sent", async () => {
  await using scene = await setScene();
  const env = { ANTHROPIC_API_KEY: "", EDGE_PUBLIC_URL: "http://127.0.0.1:1" };
  const taken = await scene.find({ ...env, ANTHROPIC_AUTH_TOKEN: "classic" });
  assert.equal(taken.of("Model API")?.status, "ok");
  const refused = await scene.find({ ...env, ANTHROPIC_AUTH_TOKEN: "good-key" });
  assert.match(refused.of("Model API")?.message ?? "", /refuses the key: 401/);
});

test("cicd-runner doctor: settings that can't be read or started with, programs that are missing", async () => {
  await using scene = await setScene();
  const file = join(scene.folder, "settings.yaml");
  await writeFile(file, "asink: {}\n");
  const { exitCode, of } = await scene.find({ PATH: "/nonexistent", CICD_RUNNER_CONFIG: file });
  assert.equal(exitCode, 1);
  assert.match(of("Settings")?.message ?? "", /asink: unknown key/);
  assert.deepEqual(of("git"), {
    name: "git",
    status: "fail",
    message: "git is not on the PATH",
    fix: "Install git",
  });
  // Each of these would stop the runner at its start.
  for (const [env, says] of [
    [{ GITEA_TOKEN: "no-host" }, /gitea\.host is not set/],
    [{ REVIEW_SKILLS: "code-review" }, /Cannot find skill code-review/],
  ] as const) {
    const found = await scene.find(env);
    assert.match(found.of("Settings")?.message ?? "", says);
    assert.equal(found.exitCode, 1);
  }
});
