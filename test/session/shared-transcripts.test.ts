import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { SharedTranscripts } from "#runner/session/shared-transcripts.ts";
import { tempFolder } from "../temp-folder.ts";

/** Two hosts that share a folder; each keeps its own files in a folder of its name. */
async function setScene() {
  const { path, [Symbol.asyncDispose]: dispose } = await tempFolder();
  const shared = join(path, "shared");
  const open = (hostId: string) =>
    SharedTranscripts.open({
      folder: shared,
      hostId,
      localFolder: async (cwd) => join(path, hostId, cwd),
    });
  return {
    shared,
    one: await open("one"),
    two: await open("two"),
    /** What the CLI of a host has of a conversation. */
    local: (hostId: string, cwd = "tree") => join(path, hostId, cwd, "talk.jsonl"),
    write: async (hostId: string, text: string) => {
      await mkdir(join(path, hostId, "tree"), { recursive: true });
      await writeFile(join(path, hostId, "tree", "talk.jsonl"), text);
    },
    [Symbol.asyncDispose]: dispose,
  };
}

const talk = { id: "talk", costUsd: 0, transcript: null };

test("SharedTranscripts: another host gets the copy, whatever its folder", async () => {
  await using scene = await setScene();
  await scene.write("one", "first");
  const transcript = await scene.one.share(talk, "tree");
  await scene.write("one", "later");
  assert.equal(await scene.two.bring({ ...talk, transcript }, "elsewhere"), true);
  assert.equal(await readFile(scene.local("two", "elsewhere"), "utf8"), "first");
});

test("SharedTranscripts: a host goes on with its own file, and with the copy when that is gone", async () => {
  await using scene = await setScene();
  await scene.write("one", "first");
  const conversation = { ...talk, transcript: await scene.one.share(talk, "tree") };
  await scene.write("one", "later");
  assert.equal(await scene.one.bring(conversation, "tree"), true);
  assert.equal(await readFile(scene.local("one"), "utf8"), "later");
  await rm(scene.local("one"));
  assert.equal(await scene.one.bring(conversation, "tree"), true);
  assert.equal(await readFile(scene.local("one"), "utf8"), "first");
});

test("SharedTranscripts: a copy is for its owner alone, whatever the folder lets others do", async () => {
  await using scene = await setScene();
  await chmod(scene.shared, 0o755);
  await scene.write("one", "first");
  await chmod(scene.local("one"), 0o644);
  const name = await scene.one.share(talk, "tree");
  assert.equal((await stat(join(scene.shared, name))).mode & 0o777, 0o600);
});

test("SharedTranscripts: no copy, or a name that is none: there is nothing to bring", async () => {
  await using scene = await setScene();
  for (const transcript of ["one.gone.jsonl", "../../etc/passwd", "two.gone.jsonl"]) {
    assert.equal(await scene.two.bring({ ...talk, transcript }, "tree"), false, transcript);
  }
  await assert.rejects(scene.one.share(talk, "tree"), { code: "ENOENT" });
  assert.deepEqual(await readdir(scene.shared), []);
});

test("SharedTranscripts.removeOlder: what nobody has gone on with, and nothing that is not ours", async () => {
  await using scene = await setScene();
  await scene.write("one", "first");
  await scene.one.share(talk, "tree");
  await writeFile(join(scene.shared, "README"), "Mind the gap.");
  assert.equal(await scene.one.removeOlder(0), 0);
  assert.equal(await scene.one.removeOlder(Date.now() + 60_000), 1);
  assert.deepEqual(await readdir(scene.shared), ["README"]);
});
