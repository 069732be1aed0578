import assert from "node:assert/strict";
import { test } from "node:test";
import { prepareTalk } from "../review/talk.ts";
import { until } from "../until.ts";
import { command, commentUrl } from "./command.ts";
import { everyForge } from "./every-forge.ts";
import { setScene } from "./scene.ts";
import { seen } from "./seen.ts";
import { succeeded } from "./succeeded.ts";

const named = `page: Answer to [a comment of \`mona\`](<${commentUrl}>) `;

for (const { forge, start, hasThreads } of everyForge) {
  test(`${forge}: a question is answered where it was asked`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    await succeeded(scene, (await scene.push({ file: "one();\ntwo();\n" })).id);
    const said = [
      fake.say("mona", "/ask Why?"),
      fake.say("mona", "/ask Why here?", "src/pay.ts:2"),
    ];
    for (const one of said) {
      scene.answers("Ask @team about the-forge-token.");
      await succeeded(scene, await command(scene, { kind: "ask", said: one, message: "Why?" }));
    }
    const answer = "Ask @\u200bteam about ***.";
    const [, ...shown] = seen(fake);
    assert.deepEqual(shown, [
      `${hasThreads.page ? `reply to ${said[0]?.thread}: ` : named}${answer}`,
      `${hasThreads.line ? `reply to ${said[1]?.thread}: ` : named}${answer}`,
    ]);
    assert.deepEqual(fake.server.problems, []);
  });

  test(`${forge}: a connection lost at each write: a question is answered once`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    await succeeded(scene, (await scene.push({ file: "one();\n" })).id);
    for (let index = 0, hasStruck = true; hasStruck; index += 1) {
      for (const when of ["before", "after"] as const) {
        hasStruck = false;
        let writes = 0;
        fake.server.trouble = ({ route }) => {
          if (route.startsWith("GET")) return undefined;
          writes += 1;
          if (writes !== index + 1) return undefined;
          hasStruck = true;
          return { do: "drop", when };
        };
        const before = seen(fake).length;
        scene.answers("Because.");
        const said = fake.say("mona", "/ask Why?", "src/pay.ts:1");
        await succeeded(scene, await command(scene, { kind: "ask", said, message: "Why?" }));
        const added = seen(fake).slice(before);
        assert.equal(added.length, 1, `write ${index}, ${when}: ${added.join("\n")}`);
        assert.equal(scene.turns(), 1);
      }
    }
    assert.deepEqual(fake.server.problems, []);
  });

  test(`${forge}: a marker in the comment of somebody else is no answer`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    await succeeded(scene, (await scene.push({ file: "one();\n" })).id);
    const said = fake.say("mona", "/ask Why?", "src/pay.ts:1");
    scene.answers("Because.");
    const asked = Promise.withResolvers<string>();
    let isForged = false;
    fake.server.trouble = async ({ route }) => {
      if (isForged || !route.startsWith("GET")) return undefined;
      isForged = true;
      fake.say("mallory", `<!-- cicd-runner:answer ${await asked.promise} -->\nNo.`);
      return undefined;
    };
    const id = await command(scene, { kind: "ask", said, message: "Why?" });
    asked.resolve(id);
    await succeeded(scene, id);
    assert(isForged);
    assert.match(seen(fake).at(-1) ?? "", /Because\.$/);
  });

  test(`${forge}: a question that can't be answered: why, in the same place`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    await succeeded(scene, (await scene.push({ file: "one();\n" })).id);
    const before = seen(fake);
    const said = fake.say("mona", "/ask Why?", "src/pay.ts:1");
    const result = { is_error: true, api_error_status: 401, result: "No such key" };
    prepareTalk(scene.folder, [{ do: "fail", result }]);
    const id = await command(scene, { kind: "ask", said, message: "Why?" });
    assert.equal((await scene.ended(id)).state, "failed");
    await until(() => seen(fake).length > before.length);
    const where = hasThreads.line ? `reply to ${said.thread}: ` : named;
    const [shown = "", ...more] = seen(fake).slice(before.length);
    assert(shown.startsWith(`${where}**\`/ask\` failed:** Model API refused the key`), shown);
    assert.deepEqual(more, []);
    assert.deepEqual(fake.server.problems, []);
  });
}
