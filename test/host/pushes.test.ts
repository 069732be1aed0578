import assert from "node:assert/strict";
import { test } from "node:test";
import { text } from "../messages-api/reply.ts";
import { review, type Scene, type Sent, setScene } from "./scene.ts";

const finding = {
  ...{ severity: "high", category: "bug", file: "src/0.ts", line: 1 },
  ...{ message: "Loses the last cent.", suggestion: null },
};

test("five pushes in a row: each later one is told what is new, a quarter of the whole at most", async (t) => {
  await using scene = await setScene({ respond: () => reply });
  const pushes = [0, 1, 2, 3, 4].map(filesOf);
  const inRow: string[] = [];
  const apart: string[] = [];
  for (const [index, files] of pushes.entries()) {
    const sent = await scene.push(1, files);
    inRow.push(await toldBy(scene, sent));
    const { data } = await sent.first("task.succeeded");
    assert(data.result.kind === "review");
    assert.equal(data.result.since_sha !== undefined, index > 0);
    // Another pull request with all changes until then.
    const all = Object.assign({}, ...pushes.slice(0, index + 1));
    apart.push(await toldBy(scene, await scene.push(10 + index, all)));
  }
  for (const [index, told] of inRow.entries()) {
    if (index === 0) continue;
    assert.match(told, /what changed since [0-9a-f]{40}/);
    assert(told.includes("Loses the last cent.") && told.includes(`line 3 of 0-${index}`));
    assert(!told.includes("line 3 of 5-0"), "a file of the first push is told again");
  }
  const later = (texts: readonly string[]) => texts.slice(1).join("").length;
  const [row, whole] = [inRow.join("").length, apart.join("").length];
  t.diagnostic(`characters told: ${row} in a row, ${whole} apart`);
  assert(later(inRow) * 4 < later(apart), `${later(inRow)} of ${later(apart)}`);
});

test("a push after a restart: the resumed conversation knows its review", async () => {
  await using scene = await setScene({ respond: () => reply });
  await (await scene.push(1, filesOf(0))).first("task.succeeded");
  await scene.program[Symbol.asyncDispose]();
  await scene.restart();
  const resumed = await scene.push(1, filesOf(1));
  assert.match(await toldBy(scene, resumed), /what changed since/);
  assert.equal((await resumed.first("session.resumed")).type, "session.resumed");
});

test("a force push: the whole change again, and why", async () => {
  await using scene = await setScene({ respond: () => reply });
  await (await scene.push(1, filesOf(0))).first("task.succeeded");
  const forced = await scene.push(1, filesOf(1), { force: true });
  const told = await toldBy(scene, forced);
  assert.match(told, /the branch was rewritten/);
  assert(told.includes("Diff against the merge base") && !told.includes("line 3 of 5-0"));
});

const reply = text(review("Mostly fine.", [finding]));

/** What the model was told last, when a task has ended. */
async function toldBy(scene: Scene, sent: Sent): Promise<string> {
  await sent.first("task.succeeded");
  const messages = scene.api.requests.at(-1)?.body.messages ?? [];
  return JSON.stringify(messages.filter(({ role }) => role === "user").at(-1));
}

/** 30 files at first, two of them later. */
function filesOf(push: number): Record<string, string> {
  const count = push === 0 ? 30 : 2;
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const lines = Array.from(
        { length: 40 },
        (_, line) => `// line ${line} of ${index}-${push}\n`,
      );
      return [`src/${index}.ts`, lines.join("")];
    }),
  );
}
