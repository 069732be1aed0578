import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Command, Option } from "commander";
import { execa } from "execa";
import { bashCompletion } from "#cli/completion/bash.ts";
import { fishCompletion } from "#cli/completion/fish.ts";
import { placesOf } from "#cli/completion/words.ts";
import { zshCompletion } from "#cli/completion/zsh.ts";
import { createProgram } from "#cli/program.ts";
import { tempFolder } from "../temp-folder.ts";

const run = execa({ reject: false, extendEnv: false, env: { PATH: process.env.PATH, HOME: "/" } });
const isThere = async (shell: string) => (await run(shell, ["-c", "exit 0"])).exitCode === 0;

/** A program whose descriptions hold what shells make something of. */
function awkward(): Command {
  const program = new Command("it-is").description("a program");
  const what = 'don\'t $(touch /nonexistent) `x` "y" a:b \\';
  const one = program.command("one").description(what);
  one
    .command("inner")
    .description(what)
    .addOption(new Option("--as <form>").choices(["a", "b"]));
  program.command("two").description(what).option("--file <file>", what);
  return program;
}

test("every command, option and choice is in every completion", () => {
  const places = placesOf(createProgram());
  assert(places.some(({ at }) => at === "config check"));
  for (const make of [bashCompletion, zshCompletion, fishCompletion]) {
    const script = make("cicd-runner", places);
    for (const { at, commands, options } of places) {
      for (const { word } of [...commands, ...options]) {
        assert(script.includes(word.replace(/^--/, "")), `${make.name}: ${at} ${word}`);
      }
    }
    for (const choice of ["superseded", "admin", "fish"]) assert(script.includes(choice), choice);
  }
});

test("bash completes commands, inner commands, options and their values", async () => {
  const script = bashCompletion("it-is", placesOf(awkward()));
  const complete = async (...words: readonly string[]) => {
    const typed = `COMP_WORDS=(it-is ${words.map((word) => `'${word}'`).join(" ")})`;
    // Bash's own works within a completion alone.
    const ask = `compopt() { echo "$@"; }; ${typed}; COMP_CWORD=${words.length}; _it_is; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = await run("bash", ["--norc", "-c", `${script}\n${ask}`]);
    assert.equal(stderr, "");
    return stdout;
  };
  assert.equal(await complete("t"), "two");
  assert.equal(await complete("one", "i"), "inner");
  assert.equal(await complete("one", "inner", "--a"), "--as");
  assert.equal(await complete("one", "inner", "--as", ""), "a b");
  assert.equal(await complete("two", "--file", "/dev/nul"), "-o filenames\n/dev/null");
});

for (const [shell, make, check] of [
  ["zsh", zshCompletion, ["-n"]],
  ["fish", fishCompletion, ["--no-execute"]],
] as const) {
  const skip = !(await isThere(shell)) && `this machine has no ${shell}`;
  test(`${shell} finds no fault in its completion`, { skip }, async () => {
    await using folder = await tempFolder();
    const file = join(folder.path, "completion");
    await writeFile(file, make("it-is", placesOf(awkward())));
    const { exitCode, stderr } = await run(shell, [...check, file]);
    assert.equal(exitCode, 0, stderr);
  });
}

test("fish completes inner commands and values", {
  skip: !(await isThere("fish")) && "this machine has no fish",
}, async () => {
  const script = fishCompletion("it-is", placesOf(awkward()));
  const complete = async (line: string) =>
    (await run("fish", ["--no-config", "-c", `${script}\ncomplete -C '${line}'`])).stdout;
  assert.match(await complete("it-is one i"), /^inner\tdon't \$\(touch/);
  assert.equal(await complete("it-is one inner --as "), "a\nb");
});
