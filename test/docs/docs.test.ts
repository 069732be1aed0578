import assert from "node:assert/strict";
import { glob, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { parse } from "yaml";
import { placesOf } from "#cli/completion/words.ts";
import { Config } from "#cli/config.ts";
import { configSchema } from "#cli/config-schema.ts";
import { createProgram } from "#cli/program.ts";
import { readConfig } from "#shared/config.ts";
import { journalTypes } from "#shared/journal.ts";
import { settingsOf } from "#shared/setting.ts";
import { configFiles } from "./config-files.ts";
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

test("the example and the JSON schema are what the schema says", async () => {
  for (const [name, content] of configFiles()) {
    assert.equal(await read(name), content, `${name}: npm run docs`);
  }
});

test("the example has every setting, and changes none", async () => {
  const text = await read("cicd-runner.example.yaml");
  const environment = { RUNNER_SECRET: "x".repeat(32) };
  const config = readConfig(Config, parse(text), environment);
  // Patterns are functions, alike and not the same.
  assert.equal(JSON.stringify(config), JSON.stringify(readConfig(Config, {}, environment)));
  const whole = parse(text.replaceAll(/^( *)# ([a-z_]+): \.\.\.$/gm, "$1$2: x"));
  assert.deepEqual(
    leavesOf(whole).sort(),
    settingsOf(Config)
      .map(({ path }) => path.join("."))
      .sort(),
  );
});

test("the JSON schema takes the example and refuses an unknown key and a wrong value", async () => {
  const ajv = new Ajv({ allowUnionTypes: true });
  addFormats.default(ajv);
  const validate = ajv.compile(configSchema());
  assert.equal(validate(parse(await read("cicd-runner.example.yaml"))), true);
  assert.equal(validate({ async: null }), true);
  for (const wrong of [{ asink: {} }, { async: { max_sessions: "many" } }, { port: -1 }]) {
    assert.equal(validate(wrong), false, JSON.stringify(wrong));
  }
});

test("docs/api.md names every journal event", async () => {
  const text = await read("docs/api.md");
  for (const type of journalTypes) assert(text.includes(`\`${type}\``), type);
});

test("docs/cli.md names every command", async () => {
  const text = await read("docs/cli.md");
  for (const { at } of placesOf(createProgram())) {
    const [first = ""] = at.split(" ");
    assert(text.includes(`\`${at}`) || text.includes(`\`${first}`), at);
  }
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

function leavesOf(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, path === "" ? key : `${path}.${key}`),
  );
}

/** A table without the padding that a formatter gives it. */
function plain(markdown: string): string {
  return markdown.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
}
