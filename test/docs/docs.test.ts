import assert from "node:assert/strict";
import { glob, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { Config } from "#cli/config.ts";
import { readConfig } from "#shared/config.ts";
import { journalTypes } from "#shared/journal.ts";
import { configTable } from "./config-table.ts";

const root = new URL("../../", import.meta.url).pathname;
const read = (path: string) => readFile(join(root, path), "utf8");

test("docs/configuration.md has every setting as the schema has it", async () => {
  const text = await read("docs/configuration.md");
  assert(plain(text).includes(plain(configTable())), `The table should be:\n\n${configTable()}`);
});

test("the example in docs/configuration.md is a valid configuration", async () => {
  const text = await read("docs/configuration.md");
  const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(text) ?? [];
  assert.equal(
    readConfig(Config, parse(yaml), { RUNNER_SECRET: "x".repeat(32) }).async.max_sessions,
    5,
  );
});

test("docs/api.md names every journal event", async () => {
  const text = await read("docs/api.md");
  for (const type of journalTypes) assert(text.includes(`\`${type}\``), type);
});

test("links between the documents lead somewhere", async () => {
  const paths = await Array.fromAsync(glob(["*.md", "docs/*.md"], { cwd: root }));
  assert(paths.length >= 9);
  for (const path of paths) {
    for (const [, link = ""] of (await read(path)).matchAll(/\]\(((?!https?:)[^)#]+)/g)) {
      await assert.doesNotReject(stat(join(root, dirname(path), link)), `${path}: ${link}`);
    }
  }
});

test("every npm command in the documents exists", async () => {
  const scripts = Object.keys(JSON.parse(await read("package.json")).scripts);
  const paths = await Array.fromAsync(glob(["*.md", "docs/*.md"], { cwd: root }));
  for (const path of paths) {
    for (const [, name = ""] of (await read(path)).matchAll(/npm run ([a-z]+)/g)) {
      assert(scripts.includes(name), `${path}: npm run ${name}`);
    }
  }
});

/** A table without the padding that a formatter gives it. */
function plain(markdown: string): string {
  return markdown.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
}
