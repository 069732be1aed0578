import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { readConfigFile } from "#cli/config-file.ts";
import { tempFolder } from "../temp-folder.ts";

test("readConfigFile finds the nearest file upwards, and takes none for an empty one", async () => {
  await using folder = await tempFolder();
  const inner = join(folder.path, "a", "b");
  await mkdir(inner, { recursive: true });
  const path = join(folder.path, "a", "cicd-runner.yaml");
  await writeFile(path, "port: 1\n");
  assert.deepEqual(await readConfigFile(undefined, inner), { path, content: { port: 1 } });
  assert.deepEqual(await readConfigFile(undefined, "/"), { path: undefined, content: {} });
  await writeFile(path, "# nothing yet\n");
  assert.deepEqual(await readConfigFile(undefined, inner), { path, content: {} });
});
