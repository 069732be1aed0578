import assert from "node:assert/strict";
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { test } from "node:test";
import { parseEnv } from "node:util";
import { execa } from "execa";
import * as z from "zod";
import { readSettings } from "#cli/settings.ts";
import { Forge } from "#shared/event.ts";
import { compileCache } from "../compile-cache.ts";
import { tempFolder } from "../temp-folder.ts";

const main = new URL("../../cli/main.ts", import.meta.url).pathname;
const Answer = z.object({
  files: z.array(z.string()),
  api_token: z.string(),
  next_steps: z.string(),
});

async function run(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  return await execa(process.execPath, [main, "init", "--dir", folder, ...args], {
    cwd: "/",
    extendEnv: false,
    env: { ...compileCache, ...env },
    reject: false,
    timeout: 30_000,
  });
}

/** What the files of a folder configure. */
async function settingsIn(folder: string, secretsFile: string) {
  const environment = parseEnv(await readFile(join(folder, secretsFile), "utf8"));
  return await readSettings({ file: undefined, folder: "/", environment, looksUpwards: false });
}

test("cicd-runner init --yes: files that configure, secrets for their owner alone, and what to click", async () => {
  for (const forge of Forge.options) {
    await using folder = await tempFolder();
    const args = ["--yes", "--json", "--forge", forge, "--public-url", "https://r.example.com"];
    const host = forge === "gitea" ? ["--host", "git.example.com"] : [];
    const key = { ANTHROPIC_API_KEY: "the-key" };
    const { exitCode, stdout, stderr } = await run(folder.path, [...args, ...host], key);
    assert.equal(exitCode, 0, stderr);
    const { files, next_steps } = Answer.parse(JSON.parse(stdout));
    assert.equal(files.length, 3);
    const config = await settingsIn(folder.path, "cicd-runner.env");
    assert.equal(config.anthropic.api_key, "the-key");
    const [secret = ""] = config[forge].webhook_secret ?? [];
    assert(secret.length >= 32 && next_steps.includes(secret));
    const [segment] = config.gitee.path_segment ?? [];
    const end = segment === undefined ? "" : `/${segment}`;
    assert(next_steps.includes(`https://r.example.com/webhooks/${forge}${end}\n`), next_steps);
    assert.equal(config.edge.api_tokens[0]?.scope, "admin");
    const { mode } = await stat(join(folder.path, "cicd-runner.env"));
    assert.equal(mode & 0o777, 0o600);
    assert(!(await readFile(join(folder.path, "cicd-runner.yaml"), "utf8")).includes("the-key"));
  }
});

test("cicd-runner init --systemd: units, and one file that holds what they need", async () => {
  await using folder = await tempFolder();
  const { exitCode, stdout } = await run(folder.path, ["--yes", "--systemd"]);
  assert.equal(exitCode, 0);
  assert.match(stdout, /^1\. Fill in ANTHROPIC_API_KEY and GITHUB_TOKEN in service\.env$/m);
  assert.match(stdout, /systemctl enable --now cicd-runner@1 cicd-edge$/m);
  const config = await settingsIn(folder.path, "service.env");
  assert.equal(config.edge.api_tokens.length, 1);
  const text = await readFile(join(folder.path, "service.env"), "utf8");
  assert.match(text, /^CICD_RUNNER_HOME=\/.*\nCICD_RUNNER_NODE=\/.*node$/m);
  assert.equal((await readdir(join(folder.path, "systemd"))).length, 3);
});

test("cicd-runner init: what a shell would run is text in the file of variables, also for node", async () => {
  await using folder = await tempFolder();
  const dir = join(folder.path, "the $(touch hit) `files`; touch hit & #");
  const key = "a;touch&(b)#*~|<c>!d";
  const url = "HTTPS://R.example.com/a/";
  const {
    exitCode,
    stderr,
    stdout: shown,
  } = await run(dir, ["--yes", "--public-url", url], {
    ANTHROPIC_API_KEY: key,
  });
  assert.equal(exitCode, 0, stderr);
  const file = join(dir, "cicd-runner.env");
  // As the next steps say it.
  const [there = ""] = /cd '.*'$/m.exec(shown) ?? [];
  const script = `${there}
set -a; . ./cicd-runner.env
printf "%s\\n" "$ANTHROPIC_API_KEY" "$CICD_RUNNER_CONFIG"`;
  const { stdout } = await execa("sh", ["-euc", script], { cwd: folder.path });
  assert.deepEqual(stdout.split("\n"), [key, join(dir, "cicd-runner.yaml")]);
  assert.equal(parseEnv(await readFile(file, "utf8")).ANTHROPIC_API_KEY, key);
  assert.equal(
    (await settingsIn(dir, "cicd-runner.env")).edge.public_url,
    "https://r.example.com/a",
  );
  assert.deepEqual(await readdir(folder.path), [basename(dir)]);
  const odd = await run(join(folder.path, "it's"), ["--yes"]);
  assert.equal(odd.exitCode, 1);
  assert.match(odd.stderr, /Cannot write CICD_RUNNER_CONFIG: .*it's/);
});

test("cicd-runner init: what is there stays without --force, and nothing else is written", async () => {
  await using folder = await tempFolder();
  const file = join(folder.path, "cicd-runner.yaml");
  await writeFile(file, "port: 1\n", { mode: 0o644 });
  const refused = await run(folder.path, ["--yes"]);
  assert.equal(refused.exitCode, 1);
  assert.match(refused.stderr, /Cannot write .*cicd-runner\.yaml: it is there already\n.*--force/);
  assert.deepEqual(await readdir(folder.path), ["cicd-runner.yaml"]);
  assert.equal((await run(folder.path, ["--yes", "--force"])).exitCode, 0);
  assert(!(await readFile(file, "utf8")).includes("port: 1"));
});

test("cicd-runner init: a schema that is there with the same content is in nobody's way", async () => {
  await using folder = await tempFolder();
  const schema = join(folder.path, "cicd-runner.schema.json");
  await copyFile(new URL("../../cicd-runner.schema.json", import.meta.url), schema);
  const { exitCode, stderr } = await run(folder.path, ["--yes"]);
  assert.equal(exitCode, 0, stderr);
  assert.equal((await readdir(folder.path)).length, 3);
});

test("cicd-runner init: nobody to ask, and options that are wrong, are mistakes in its use", async () => {
  await using folder = await tempFolder();
  for (const [args, says] of [
    [[], /no terminal/],
    [["--yes", "--forge", "gitea"], /give --host/],
    [["--yes", "--public-url", "example.com"], /must be a URL/],
    [["--yes", "--public-url", "https://r.test/\nA=b"], /must have no blanks/],
    [["--yes", "--public-url", "https://r.test/$(id)"], /must have no blanks/],
    [["--yes", "--host", "a b"], /must be a host name/],
  ] as const) {
    const { exitCode, stderr } = await run(folder.path, args);
    assert.match(stderr, says);
    assert.equal(exitCode, 2);
  }
  assert.deepEqual(await readdir(folder.path), []);
});

const { exitCode: noScript } = await execa("script", ["--version"], { reject: false });

test("cicd-runner init asks on a terminal, and writes nothing when somebody leaves", {
  skip: noScript !== 0 && "this machine has no program script",
}, async () => {
  await using folder = await tempFolder();
  /** Types each text when the question of its pattern is there. */
  const talk = async (dir: string, lines: readonly (readonly [RegExp, string])[]) => {
    // A terminal of no width breaks every line after each letter.
    const command = `stty rows 40 cols 120; '${process.execPath}' '${main}' init --dir '${dir}'`;
    const child = execa("script", ["-qec", command, "/dev/null"], {
      extendEnv: false,
      env: { ...compileCache, PATH: process.env.PATH, TERM: "xterm", SHELL: "/bin/sh" },
      all: true,
      reject: false,
      timeout: 60_000,
    });
    let seen = "";
    const left = [...lines];
    child.all.on("data", (chunk) => {
      seen += chunk;
      const [next] = left;
      if (next === undefined || !next[0].test(seen)) return;
      left.shift();
      seen = "";
      child.stdin.write(next[1]);
    });
    return (await child).exitCode;
  };
  const first = join(folder.path, "first");
  await mkdir(first);
  const down = "\u{1b}[B";
  const exitCode = await talk(first, [
    [/Which forge/, `${down}\r`],
    [/Which host/, "\r"],
    [/Where does it reach/, "https://r.example.com\r"],
    [/Key of Anthropic/, "the-key\r"],
    [/Token of GitLab/, "the-token\r"],
    [/systemd/, "\r"],
  ]);
  assert.equal(exitCode, 0);
  const config = await settingsIn(first, "cicd-runner.env");
  assert.equal(config.gitlab_token, "the-token");
  assert.equal(config.edge.public_url, "https://r.example.com");
  assert.equal(config.gitlab.webhook_secret?.length, 1);

  const second = join(folder.path, "second");
  await mkdir(second);
  assert.equal(await talk(second, [[/Which forge/, "\u{3}"]]), 130);
  assert.deepEqual(await readdir(second), []);
});
