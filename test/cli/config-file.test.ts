import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { execa } from "execa";
import { readConfigFile } from "#cli/config-file.ts";
import type { CicdError } from "#shared/error.ts";
import { compileCache } from "../compile-cache.ts";
import { tempFolder } from "../temp-folder.ts";

const main = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

/** Folders that each have a file: `above`, around the working directory `work`, and `home`. */
async function setScene() {
  const folder = await tempFolder();
  const path = (...names: readonly string[]) => join(folder.path, ...names);
  const write = async (text: string, ...names: readonly string[]) => {
    await mkdir(path(...names), { recursive: true });
    await writeFile(path(...names, "cicd-runner.yaml"), text);
  };
  await write("port: 1\n", "above");
  await mkdir(path("above/work"));
  await write("port: 2\n", "home/.config/cicd-runner");
  await write("port: 3\n", "xdg/cicd-runner");
  await write("port: 4\n", "named");
  return {
    path,
    write,
    read: (
      looksUpwards: boolean,
      environment: Readonly<Record<string, string>> = {},
      file: string | undefined = undefined,
      onPassedOver: (path: string) => void = () => {},
    ) => {
      const place = { folder: path("above/work"), environment, file };
      return readConfigFile({ ...place, looksUpwards, onPassedOver });
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test("readConfigFile takes the first file of: --config, the variable, upwards, the user's own", async () => {
  await using scene = await setScene();
  const HOME = scene.path("home");
  const XDG_CONFIG_HOME = scene.path("xdg");
  const CICD_RUNNER_CONFIG = scene.path("named/cicd-runner.yaml");
  const all = { HOME, XDG_CONFIG_HOME, CICD_RUNNER_CONFIG };
  const given = scene.path("xdg/cicd-runner/cicd-runner.yaml");
  assert.deepEqual((await scene.read(true, all, given)).content, { port: 3 });
  assert.deepEqual((await scene.read(true, all)).content, { port: 4 });
  assert.deepEqual((await scene.read(true, { HOME, XDG_CONFIG_HOME })).content, { port: 1 });
  assert.deepEqual((await scene.read(false, { HOME, XDG_CONFIG_HOME })).content, { port: 3 });
  assert.deepEqual(await scene.read(false, { HOME }), {
    path: scene.path("home/.config/cicd-runner/cicd-runner.yaml"),
    content: { port: 2 },
  });
  // Folders of settings that depend on where one is are none.
  const here = { HOME: "home", XDG_CONFIG_HOME: "." };
  assert.deepEqual(await scene.read(false, here), { path: undefined, content: {} });
  await assert.rejects(scene.read(true, { CICD_RUNNER_CONFIG: "cicd-runner.yaml" }), {
    code: "config_invalid",
    hint: /absolute path/,
  });
});

test("readConfigFile says which file it passed over, and takes none for an empty one", async () => {
  await using scene = await setScene();
  const told: string[] = [];
  await scene.read(false, {}, undefined, (path) => told.push(path));
  assert.deepEqual(told, [scene.path("above/cicd-runner.yaml")]);
  await scene.write("# nothing yet\n", "above");
  assert.deepEqual((await scene.read(true)).content, {});
});

test("readConfigFile tells file, line and what to do, and nothing that is in the file", async () => {
  await using scene = await setScene();
  const cases = [
    ["github_token: s3cret: x\n", /cicd-runner\.yaml: Nested .* at line 1, column 15$/],
    ['port: 1\ngithub_token: "s3cret\n', /Missing closing "quote at line 3/],
    ["port: 1\n---\nport: s3cret\n", /Another document begins at line 2/],
    ["github_token: !s3cret\n", /Unresolved tag at line 1, column 15$/],
    ["github_token: !x!s3cret\n", /Unresolved tag at line 1, column 15$/],
    ["github_token: |s3cret\n", /includes extra characters at line 1, column 16$/],
    ['github_token: "\\us3cret"\n', /Invalid escape sequence at line 1, column 16$/],
    ["%s3cret\n---\nport: 1\n", /Unknown directive at line 1, column 1$/],
    ["gitee:\n  secrets: [*s3cret]\n", /cicd-runner\.yaml: an alias leads nowhere$/],
  ] as const;
  for (const [text, says] of cases) {
    await scene.write(text, "above");
    await assert.rejects(scene.read(true), (error: CicdError) => {
      assert.equal(error.code, "config_invalid");
      assert.match(error.message, says);
      assert(!inspect(error).includes("s3cret"), inspect(error));
      return true;
    });
  }
  await assert.rejects(scene.read(true, {}, scene.path("above")), { message: /above: EISDIR/ });
});

test("commands that are run in other people's repositories take no configuration from them", async () => {
  await using scene = await setScene();
  // Each of them would end with 78 if this counted.
  await scene.write("asink: {}\n", "above");
  const id = "01890a5d-ac96-774b-bcce-b302099a8057";
  const commands = ["tasks", "drain", "doctor", "skills", "review", `cancel ${id}`, "outbox list"];
  const run = (command: string) =>
    execa(process.execPath, [main, ...command.split(" ")], {
      cwd: scene.path("above/work"),
      extendEnv: false,
      env: {
        ...compileCache,
        PATH: process.env.PATH ?? "",
        HOME: scene.path(),
        CICD_RUNNER_TOKEN: "a-token",
        RUNNER_SECRET: "s".repeat(16),
        EDGE_PUBLIC_URL: "http://127.0.0.1:1",
        RUNNER_URL: "http://127.0.0.1:1",
        RUNNER_PORT: "1",
      },
      reject: false,
      timeout: 60_000,
    });
  for (const command of commands) {
    const { stdout, stderr } = await run(command);
    assert.match(stderr, /^Not read: \S+above\/cicd-runner\.yaml; .*--config/, command);
    assert(!`${stdout}${stderr}`.includes("asink"), command);
  }
  const { exitCode, stderr } = await run("config check");
  assert.match(stderr, /asink: unknown key/);
  assert.equal(exitCode, 78);
});
