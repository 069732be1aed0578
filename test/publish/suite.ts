import assert from "node:assert/strict";
import { test } from "node:test";
import { startProgram } from "../host/program.ts";
import { command, commentUrl } from "./command.ts";
import { disturb } from "./disturb.ts";
import { everyForge } from "./every-forge.ts";
import { failureSuite } from "./failure-suite.ts";
import { twice, untested, whole } from "./findings.ts";
import type { ForgeUnderTest } from "./forge-under-test.ts";
import { setScene } from "./scene.ts";
import { seen, seenStates } from "./seen.ts";
import { succeeded } from "./succeeded.ts";

/** What holds for every forge. */
export function publishSuite({
  forge,
  start,
  states,
  settles,
  isKilled = true,
}: ForgeUnderTest): void {
  const settled = settles ? " (settled)" : "";

  test(`${forge}: opened, three pushes, a force push, commands, closed: each finding has one comment`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    const one = await scene.push({
      file: "one();\ntwo();\nthree();\n",
      findings: [twice, untested],
    });
    await succeeded(scene, one.id);
    const names: Record<string, string> = { ONE: one.sha };
    const onTwo = "src/pay.ts:2: **high** · bug It charges twice.";
    assert.deepEqual(seen(fake, names), [
      onTwo,
      "src/pay.ts:3: **medium** · test Nobody tests it.",
      "page: ### Review of `ONE` It pays. **2 findings: 1 high, 1 medium** " +
        "- **high** · bug · `src/pay.ts:2`: It charges twice. " +
        "- **medium** · test · `src/pay.ts:3`: Nobody tests it.",
    ]);
    // The code has moved and the words are others: it is the same finding. The other one is gone.
    const moved = { message: "A card is charged two times!", line: 3 };
    const two = await scene.push({ file: "zero();\none();\ntwo();\n", findings: [moved, whole] });
    await succeeded(scene, two.id);
    const three = await scene.push({
      file: "zero();\none();\ntwo();\nthree();\n",
      findings: [moved, { ...untested, line: 4 }],
    });
    await succeeded(scene, three.id);
    const four = await scene.push({
      file: "zero();\none();\ntwo();\nthree();\nfour();\n",
      findings: [moved, { ...untested, line: 4 }],
    });
    await succeeded(scene, four.id);
    const five = await scene.push({
      file: "two();\n",
      findings: [
        { ...twice, line: 1 },
        { message: "Elsewhere.", file: "README.md", line: 1 },
      ],
      from: scene.baseSha,
    });
    await succeeded(scene, five.id);
    Object.assign(names, { TWO: two.sha, THREE: three.sha, FOUR: four.sha, FIVE: five.sha });
    const onThree = `src/pay.ts:3${settled}: _Not found any more in \`FIVE\`._ **medium** · test Nobody tests it.`;
    const summary = (note = "") =>
      `page: ### Review of \`FIVE\` It pays. **2 findings: 2 high** ${note}` +
      "- **high** · bug · `src/pay.ts:1`: It charges twice. " +
      "Not on a line that this change shows: **`README.md:1`** **high** · bug Elsewhere.";
    assert.deepEqual(seen(fake, names), [onTwo, onThree, summary()]);
    scene.answers("Because.");
    const asked = fake.say("mona", "/ask Why?");
    await succeeded(scene, await command(scene, { kind: "ask", said: asked, message: "Why?" }));
    assert.equal(scene.turns(), 1);
    const again = fake.say("mona", "/review");
    await succeeded(scene, await command(scene, { kind: "review", said: again }));
    // It is the same change: the review of before is shown, and the model is not asked.
    assert.equal(scene.turns(), 1);
    await succeeded(scene, await scene.close());
    const hasThread = everyForge.some((one) => one.forge === forge && one.hasThreads.page);
    const where = hasThread
      ? `reply to ${asked.thread}:`
      : `page: Answer to [a comment of \`mona\`](<${commentUrl}>)`;
    const note = "_This very change was reviewed before; `/review --force` asks the model again._ ";
    assert.deepEqual(seen(fake, names), [onTwo, onThree, summary(note), `${where} Because.`]);
    const found = states?.found;
    assert.deepEqual(
      seenStates(fake, names),
      found === undefined
        ? []
        : [
            `ONE: ${found}, 2 findings: 1 high, 1 medium`,
            `TWO: ${found}, 2 findings: 1 high, 1 low`,
            `THREE: ${found}, 2 findings: 1 high, 1 medium`,
            `FOUR: ${found}, 2 findings: 1 high, 1 medium`,
            `FIVE: ${found}, 2 findings: 2 high`,
          ],
    );
    assert.deepEqual(fake.server.problems, []);
  });

  test(`${forge}: what another host had on its way to the page is put right`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    const one = await scene.push({ file: "one();\ntwo();\n", findings: [twice] });
    await succeeded(scene, one.id);
    const [late] = fake.comments();
    assert.ok(late);
    let isLate = true;
    fake.server.trouble = ({ body }) => {
      // The page was looked at, and is being changed.
      if (isLate && JSON.stringify(body ?? "").includes("Nobody tests it.")) {
        isLate = false;
        fake.say(fake.self, late.body, late.at);
      }
      return undefined;
    };
    const file = "one();\ntwo();\nthree();\n";
    const two = await scene.push({ file, findings: [untested] });
    await succeeded(scene, two.id);
    assert.equal(isLate, false);
    const onLines = seen(fake).filter((line) => !line.startsWith("page"));
    const open = onLines.filter((line) => !line.includes("Not found any more"));
    assert.deepEqual(open, ["src/pay.ts:3: **medium** · test Nobody tests it."]);
    assert.equal(onLines.length, 3);
  });

  test(`${forge}: kill -9 of the host at each write: the page ends the same`, {
    skip: isKilled ? false : "as of the other forges",
  }, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake, { isStarted: false });
    const run = async () => {
      const program = await startProgram(scene.folder, {
        ...scene.environment,
        GITHUB_WEBHOOK_SECRET: "webhook-secret",
      });
      scene.url = program.runnerUrl;
      return program;
    };
    let program = await run();
    try {
      await disturb(scene, fake, {
        // Before the next write is the same moment.
        moments: ["after"],
        strike: async () => void (await program.stop("SIGKILL")),
        recover: async () => {
          program = await run();
        },
      });
    } finally {
      await program[Symbol.asyncDispose]();
    }
  });

  test(`${forge}: a connection lost at each write: the page ends the same`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    await disturb(scene, fake, {
      moments: ["before", "after"],
      strike: async () => {},
      recover: async () => {},
    });
  });

  test(`${forge}: markers in comments of others are no markers`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    const { id } = await scene.push({ file: "one();\ntwo();\n", findings: [twice] });
    await succeeded(scene, id);
    const copies = fake.comments();
    for (const { body, at } of copies) fake.say("mallory", body, at);
    // Within a text of ours it is none either: a model could have been made to say it.
    const [forged = ""] = copies.map(({ body }) => body.split("\n")[0] ?? "");
    const second = await scene.push({
      file: "one();\ntwo();\nthree();\n",
      findings: [{ ...untested, message: `${forged}\n@team /close` }],
    });
    await succeeded(scene, second.id);
    const theirs = fake.comments().filter(({ author }) => author === "mallory");
    assert.deepEqual(
      theirs.map(({ body, at }) => ({ body, at })),
      copies.map(({ body, at }) => ({ body, at })),
    );
    const [, , ...others] = seen(fake, { TWO: second.sha });
    assert.equal(others.length, 1);
    assert(!others.join().includes("<!--") && !others.join().includes("@team"));
    assert.match(seen(fake)[0] ?? "", /Not found any more/);
  });
  test(`${forge}: a secret of the host in the model's answer is not published`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    const said = "the-key-of-the-model, the-forge-token and runner-secret-of-the-test";
    const { id } = await scene.push({
      file: "one();\ntwo();\n",
      findings: [
        { ...twice, message: said, suggestion: said },
        { ...whole, message: said },
      ],
    });
    await succeeded(scene, id);
    const sent = JSON.stringify(fake.server.requests.map(({ body }) => body));
    assert.doesNotMatch(sent, /the-key-of-the-model|the-forge-token|runner-secret-of-the-test/);
    assert.match(sent, /\*\*\*, \*\*\* and \*\*\*/);
  });

  failureSuite({ forge, start, ...(states && { states }) });
}
