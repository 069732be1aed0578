import assert from "node:assert/strict";
import { test } from "node:test";
import { requireAllowed } from "#runner/authorize.ts";
import { help } from "#runner/help.ts";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import type { Authorization, TaskEvent } from "#shared/task-event.ts";
import { accepted, claimed } from "../store/drive.ts";
import { handOff } from "../store/hand-off.ts";
import { tempFolder } from "../temp-folder.ts";

const { signal } = new AbortController();

function comment(authorization?: Authorization): TaskEvent {
  const { event } = handOff(7);
  const said = { id: "1", body: "/help", author: "eve" };
  const about = { ...event, type: "comment", action: "created", comment: said } as const;
  return { ...about, ...(authorization && { authorization }) };
}

test("requireAllowed: what the edge verified runs, and nobody is asked", async () => {
  const asked: string[] = [];
  const people = {
    mayWrite: async ({ login }: { login: string }) => {
      asked.push(login);
      return false;
    },
  };
  await requireAllowed({ event: comment("verified") }, people, signal);
  await requireAllowed({ event: handOff(7).event }, people, signal);
  assert.deepEqual(asked, []);
  for (const authorization of ["unverified", undefined] as const) {
    const refused = requireAllowed({ event: comment(authorization) }, people, signal);
    await assert.rejects(refused, { code: "forbidden", message: /eve.*acme\/shop.*says no/ });
  }
  assert.deepEqual(asked, ["eve", "eve"]);
});

test("requireAllowed: the rest runs when the forge says so, and not when nobody can ask it", async () => {
  const task = { event: comment("unverified") };
  await requireAllowed(task, { mayWrite: async () => true }, signal);
  await assert.rejects(requireAllowed(task, { mayWrite: async () => undefined }, signal), {
    code: "forbidden",
    category: "input",
    hint: /github:eve to rules\.command_users/,
  });
});

test("help: asked for it is given each time, for an unknown command once a pull request", async () => {
  await using folder = await tempFolder();
  await using store = new SqliteStore({ folder: folder.path, host: "test" });
  const answer = async (message?: string, number = 7) => {
    const given = { ...handOff(number, { kind: "help" }), ...(message && { message }) };
    await accepted(store, given);
    const claim = await claimed(store);
    const result = await help(claim.task, store);
    await store.finish(claim, { state: "succeeded", result });
    return result;
  };
  const first = await answer("/lgtm");
  assert(first.kind === "answer");
  assert.match(first.text, /^There is no command `\/lgtm`\.\n\n\| command/);
  for (const command of ["review", "ask", "analyze", "test", "cancel", "help"]) {
    assert(first.text.includes(`\`/${command}`), command);
  }
  assert.deepEqual(await answer("/approve"), {
    kind: "none",
    reason: "There is no command /approve, and help was given before",
  });
  assert.equal((await answer("/lgtm")).kind, "none");
  assert.equal((await answer("/lgtm", 8)).kind, "answer");
  const asked = await answer();
  assert(asked.kind === "answer" && asked.text.startsWith("| command"));
});
