import assert from "node:assert/strict";
import { test } from "node:test";
import type { JournalType } from "#shared/journal.ts";
import { startFakeGitHub } from "../forges/github.ts";
import { startProgram } from "../host/program.ts";
import { type Scene, setScene } from "./scene.ts";
import { succeeded } from "./succeeded.ts";
import { twoVersions } from "./two-versions.ts";

test("kill -9 of the host at each kind of entry in a review's journal: the page ends the same", async () => {
  await using fake = await startFakeGitHub();
  await using scene = await setScene("github", fake, { isStarted: false });
  const environment = { ...scene.environment, GITHUB_WEBHOOK_SECRET: "webhook-secret" };
  const run = async () => {
    const program = await startProgram(scene.folder, environment);
    scene.url = program.runnerUrl;
    return program;
  };
  let program = await run();
  try {
    const push = await twoVersions(scene, fake);
    const undisturbed = await push();
    const kinds = new Set((await Array.fromAsync(scene.follow(undisturbed.id))).map(typeOf));
    assert(kinds.size >= 9, [...kinds].join());
    for (const kind of kinds) {
      const { id, shown, wanted } = await push();
      await appears(scene, id, kind);
      await program.stop("SIGKILL");
      program = await run();
      await succeeded(scene, id);
      assert.deepEqual(shown(), wanted, kind);
    }
    assert.deepEqual(fake.server.problems, []);
  } finally {
    await program[Symbol.asyncDispose]();
  }
});

const typeOf = ({ type }: { readonly type: JournalType }) => type;

async function appears(scene: Scene, id: string, kind: JournalType): Promise<void> {
  const types: JournalType[] = [];
  for await (const { type } of scene.follow(id)) {
    if (type === kind) return;
    types.push(type);
  }
  assert.fail(`${kind} is not among ${types.join()}`);
}
