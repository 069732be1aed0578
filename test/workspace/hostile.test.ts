import assert from "node:assert/strict";
import { cp, lstat, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { assertFails } from "./assert-fails.ts";
import type { Files } from "./import-commits.ts";
import { createSetting, type Setting } from "./setting.ts";

test("a symbolic link becomes a plain file that holds its target", async () => {
  await using setting = await createSetting();
  const { tree, diff } = await checkoutOf(setting, { passwd: { symlink: "/etc/passwd" } });
  assert((await lstat(join(tree, "passwd"))).isFile());
  assert.equal(await readFile(join(tree, "passwd"), "utf8"), "/etc/passwd");
  assert.match(diff, /\nnew file mode 120000\n/);
});

test("no file is written through a symbolic link that is in the way", async () => {
  await using setting = await createSetting();
  const { repository } = setting;
  const outside = setting.path("outside");
  await mkdir(outside);
  const base = await repository.commit({ files: { sub: { symlink: outside } } });
  await setting.checkout({ head: base, base });
  const head = await repository.commit({ files: { sub: null, "sub/file": "text\n" } });
  const { tree } = await setting.checkout({ head, base });
  assert.equal(await readFile(join(tree, "sub", "file"), "utf8"), "text\n");
  assert.deepEqual(await readdir(outside), []);
});

test(".gitattributes neither change, hide nor convert a file", async () => {
  await using setting = await createSetting();
  const ran = setting.path("ran");
  const content = "$Id$ caf\u00e9\r\nsecond\n";
  const { tree, files, diff } = await checkoutOf(setting, {
    ".gitattributes": [
      "[attr]hidden -diff",
      "*.txt ident text eol=crlf working-tree-encoding=UTF-16 filter=lfs diff=convert",
      "*.js hidden binary",
      "",
    ].join("\n"),
    ".lfsconfig": "[lfs]\n\turl = http://127.0.0.1:1/\n",
    ".gitconfig": `[filter "lfs"]\n\tsmudge = touch ${ran}\n[diff "convert"]\n\ttextconv = touch ${ran}\n`,
    "a.txt": content,
    "a.js": "1\n",
  });
  assert.equal(await readFile(join(tree, "a.txt"), "utf8"), content);
  assert.match(diff, /\n\+\$Id\$ caf\u00e9\r\n\+second\n/);
  assert.match(diff, /\n\+1\n/);
  const lines = Object.fromEntries(files.map(({ path, additions }) => [path, additions]));
  assert.deepEqual([lines["a.txt"], lines["a.js"]], [2, 1]);
  await assertMissing(ran);
});

test("a submodule is an empty folder, and its URL is not asked", async () => {
  await using setting = await createSetting();
  const ran = setting.path("ran");
  const { tree, files } = await checkoutOf(setting, {
    ".gitmodules": `[submodule "lib"]\n\tpath = lib\n\turl = ../other.git\n\tupdate = none\n`,
    lib: { submodule: "c".repeat(40) },
  });
  assert.deepEqual(await readdir(join(tree, "lib")), []);
  assert.deepEqual(
    files.map(({ path }) => path),
    [".gitmodules", "lib"],
  );
  await assertMissing(ran);
});

test("a bare repository within the files is nothing but files", async () => {
  await using setting = await createSetting();
  const ran = setting.path("ran");
  const config = `[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = ..\n\tfsmonitor = touch ${ran}; false\n`;
  const bare: Files = {
    HEAD: "ref: refs/heads/main\n",
    config,
    "objects/keep": "",
    "refs/keep": "",
    "hooks/post-checkout": `#!/bin/sh\ntouch ${ran}\n`,
  };
  const { tree } = await checkoutOf(setting, bare);
  assert.deepEqual((await readdir(tree)).sort(), [
    ".base",
    "HEAD",
    "config",
    "hooks",
    "objects",
    "refs",
  ]);
  await assertMissing(ran);
});

for (const name of [".git", ".GIT", "git~1", ".g\u200cit"]) {
  test(`a folder in the repository called ${JSON.stringify(name)} is refused`, async () => {
    await using setting = await createSetting();
    const { repository } = setting;
    const base = await repository.commit({ files: { a: "" } });
    const blob = await repository.git(["hash-object", "-w", "--stdin"], "[core]\n");
    const inner = await repository.git(["mktree"], `100644 blob ${blob}\tconfig\n`);
    const outer = await repository.git(["mktree"], `040000 tree ${inner}\t${name}\n`);
    const head = await repository.git(["commit-tree", "-p", base, "-m", "x", outer]);
    await assertFails(
      setting.checkout({ head, base }),
      "repository_refused",
      /git: contains|Dotgit/,
    );
    assert.deepEqual(await readdir(join(setting.folder, "tree")), []);
  });
}

test("a git dir that was tampered with runs nothing", async () => {
  await using setting = await createSetting();
  const { repository, gitDir } = setting;
  const base = await repository.commit({ files: { a: "1\n" } });
  await setting.checkout({ head: base, base });
  const ran = setting.path("ran");
  const program = setting.path("program");
  await writeFile(program, `#!/bin/sh\ntouch ${ran}\nfalse\n`, { mode: 0o755 });
  const hooks = join(gitDir, "hooks");
  await mkdir(hooks, { recursive: true });
  for (const hook of ["post-checkout", "post-index-change", "reference-transaction"]) {
    await writeFile(join(hooks, hook), `#!/bin/sh\n${program}\n`, { mode: 0o755 });
  }
  const config = ["core.fsmonitor", "filter.x.smudge", "diff.external", "core.sshCommand"];
  for (const key of config) {
    await execa("git", ["config", key, program], { env: { GIT_DIR: gitDir } });
  }
  const rewrite = ["url.file:///nowhere/.insteadOf", "file:///"];
  await execa("git", ["config", ...rewrite], { env: { GIT_DIR: gitDir } });
  const elsewhere = setting.path("elsewhere");
  await cp(gitDir, elsewhere, { recursive: true });
  await rm(join(elsewhere, "info"), { recursive: true });
  await writeFile(join(gitDir, "commondir"), elsewhere);
  const head = await repository.commit({ files: { ".gitattributes": "* filter=x\n", a: "2\n" } });
  const { diff } = await setting.checkout({ head, base });
  assert.match(diff, /\n\+2\n/);
  await assertMissing(ran);
});

for (const [name, url, message] of [
  ["ext::", "ext::sh -c touch% ran", /^Cannot fetch repository: ext is not allowed as a protocol$/],
  ["ssh", "ssh://git@127.0.0.1/shop.git", /ssh is not allowed/],
  ["http", "http://127.0.0.1:1/shop.git", /http is not allowed/],
  ["a file", "file:///etc", /file is not allowed/],
  ["a path", "/etc", /malformed/],
  ["an option", "--upload-pack=touch ran", /malformed/],
  ["a credential", "https://user:pass@127.0.0.1:1/shop.git", /holds a credential/],
] as const) {
  test(`prepareCheckout refuses a clone URL with ${name}`, async () => {
    await using setting = await createSetting();
    const sha = "a".repeat(40);
    const checkout = setting.checkout(
      { head: sha, base: sha, url },
      { git: { protocols: ["https"] } },
    );
    const { hint, message: text } = await assertFails(checkout, "repository_refused", message);
    assert(hint);
    assert(!text.includes("pass"));
  });
}

test("prepareCheckout gives no repository the credential of a host but its own", async () => {
  await using setting = await createSetting();
  const base = await setting.repository.commit({ files: { a: "" } });
  const authorization = () => assert.fail("A file has no credential");
  await setting.checkout({ head: base, base }, { git: { protocols: ["file"], authorization } });
});

test("git gets nothing of the host's environment but what it needs", async () => {
  await using setting = await createSetting();
  const base = await setting.repository.commit({ files: { a: "" } });
  const seen = setting.path("seen");
  const executable = setting.path("recorder");
  await writeFile(executable, `#!/bin/sh\nenv > ${seen}\nexec git "$@"\n`, { mode: 0o755 });
  const environment = {
    PATH: process.env.PATH,
    https_proxy: "http://127.0.0.1:1",
    ANTHROPIC_API_KEY: "key",
    GIT_EXTERNAL_DIFF: "false",
    GIT_SSH_COMMAND: "false",
  };
  await setting.checkout(
    { head: base, base },
    { git: { protocols: ["file"], executable, environment } },
  );
  const names = (await readFile(seen, "utf8")).split("\n").map((line) => line.split("=")[0] ?? "");
  const others = names.filter((name) => !/^GIT_CONFIG_(?:KEY|VALUE)_\d+$/.test(name));
  // The shell of the recorder adds PWD and such.
  assert.deepEqual(others.filter((name) => !/^(?:PWD|OLDPWD|SHLVL|_|)$/.test(name)).sort(), [
    ...["GIT_ATTR_NOSYSTEM", "GIT_CONFIG_COUNT", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"],
    ...[
      "GIT_DIR",
      "GIT_INDEX_FILE",
      "GIT_TERMINAL_PROMPT",
      "GIT_WORK_TREE",
      "HOME",
      "LC_ALL",
      "PATH",
      "https_proxy",
    ],
  ]);
});

async function checkoutOf(setting: Setting, files: Files) {
  const base = await setting.repository.commit({ files: { ".base": "" } });
  const head = await setting.repository.commit({ files });
  return await setting.checkout({ head, base });
}

async function assertMissing(path: string): Promise<void> {
  await assert.rejects(lstat(path), { code: "ENOENT" });
}
