import assert from "node:assert/strict";
import { test } from "node:test";
import { startFakeGitHub } from "../forges/github.ts";
import { analysis, inJson, newTest, proposal } from "../review/reports.ts";
import { until } from "../until.ts";
import { command, commentUrl } from "./command.ts";
import { everyForge } from "./every-forge.ts";
import { setScene } from "./scene.ts";
import { seen } from "./seen.ts";
import { succeeded } from "./succeeded.ts";

for (const { forge, start, hasThreads } of everyForge) {
  test(`${forge}: an analysis is rendered where it was asked for`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    await succeeded(scene, (await scene.push({ file: "one();\n" })).id);
    const said = fake.say("mona", "/analyze", "src/pay.ts:1");
    scene.answers(inJson({ ...analysis, rollback: "Tell @ops </details> the-forge-token." }));
    await succeeded(scene, await command(scene, { kind: "analyze", said }));
    const [, shown = ""] = seen(fake);
    const named = `page: Answer to [a comment of \`mona\`](<${commentUrl}>) `;
    const where = hasThreads.line ? `reply to ${said.thread}: ` : named;
    assert(shown.startsWith(`${where}Cards are charged once. **Risk 6 of 10:** Money.`), shown);
    assert(shown.includes("**Rollback:** Tell @\u200bops <\u200b/details> ***."), shown);
    assert.deepEqual(fake.server.problems, []);
  });
}

test("proposed tests: a patch that git has checked, collapsed; kept in the result", async () => {
  await using fake = await startFakeGitHub();
  await using scene = await setScene("github", fake);
  await succeeded(scene, (await scene.push({ file: "one();\n" })).id);
  const said = fake.say("mona", "/test", "src/pay.ts:1");
  const isNoTest = newTest.replaceAll("test/pay.test.ts", "src/pay.ts");
  scene.answers(inJson({ ...proposal, patch: isNoTest }), inJson(proposal));
  const id = await command(scene, { kind: "test", said });
  await succeeded(scene, id);
  const { result } = await scene.task(id);
  assert(result?.kind === "answer" && result.report?.kind === "tests");
  assert.equal(result.report.tests.patch, newTest);
  const body = fake.comments().at(-1)?.body ?? "";
  const patch = `<details><summary>Patch</summary>\n\n\`\`\`diff\n${newTest}\`\`\`\n\n</details>`;
  assert(body.includes(patch), body);
  assert.equal(scene.turns(), 2);
});

test("proposed tests that change the code, twice: the task fails and says so", async () => {
  await using fake = await startFakeGitHub();
  await using scene = await setScene("github", fake);
  await succeeded(scene, (await scene.push({ file: "one();\n" })).id);
  const said = fake.say("mona", "/test", "src/pay.ts:1");
  const patch = "--- a/src/pay.ts\n+++ b/src/pay.ts\n@@ -1 +1 @@\n-one();\n+two();\n";
  const answer = inJson({ ...proposal, patch });
  scene.answers(answer, answer);
  const { error, result } = await scene.ended(await command(scene, { kind: "test", said }));
  assert.deepEqual([error?.code, result], ["answer_unparsable", null]);
  await until(() => seen(fake).length === 2);
  const [, shown = ""] = seen(fake);
  assert.match(shown, /`\/test` failed:.*changes "src\/pay\.ts", which is no test file/);
});
