import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../until.ts";
import { command } from "./command.ts";
import { everyForge } from "./every-forge.ts";
import { setScene } from "./scene.ts";
import { seen } from "./seen.ts";
import { succeeded } from "./succeeded.ts";

for (const { forge, start, reading, writing } of everyForge) {
  test(`${forge}: who may write by the forge's word is answered, all others are refused`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    await succeeded(scene, (await scene.push({ file: "one();\n" })).id);
    // Others whose names begin the same do not count.
    fake.permissions.set("eve", reading).set("mona", writing).set("evelyn", writing);
    const ask = async (author: string) => {
      scene.answers("Because.");
      const said = fake.say(author, "/ask Why?");
      const authorization = "unverified";
      const how = { kind: "ask", said, author, authorization, message: "Why?" } as const;
      const task = await scene.ended(await command(scene, how));
      return { task, turns: scene.turns() };
    };
    const allowed = await ask("mona");
    assert.deepEqual([allowed.task.state, allowed.turns], ["succeeded", 1]);
    for (const author of ["eve", "nobody", ".."]) {
      const before = seen(fake).length;
      const { task, turns } = await ask(author);
      assert.deepEqual([task.error?.code, task.attempt, turns], ["forbidden", 1, 0], author);
      await until(() => seen(fake).length > before);
      assert.match(seen(fake).at(-1) ?? "", /`\/ask` failed:\*\* Cannot take command of /);
    }
    assert.deepEqual(fake.server.problems, []);
  });

  test(`${forge}: while the forge is away nobody is refused: it is asked again`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    await succeeded(scene, (await scene.push({ file: "one();\n" })).id);
    fake.permissions.set("mona", writing);
    let refusals = 0;
    fake.server.trouble = ({ route }) => {
      if (!/permission|members/.test(route) || refusals >= 3) return undefined;
      refusals += 1;
      return { do: "refuse", status: 503, body: { message: "down" } };
    };
    scene.answers("Because.");
    const said = fake.say("mona", "/ask Why?");
    const how = { kind: "ask", said, authorization: "unverified", message: "Why?" } as const;
    const id = await command(scene, how);
    await succeeded(scene, id);
    assert.deepEqual([(await scene.task(id)).attempt, refusals], [2, 3]);
  });

  test(`${forge}: a review that somebody may not ask for leaves what is shown of the last one`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    await succeeded(scene, (await scene.push({ file: "one();\n" })).id);
    const [before, states] = [seen(fake), fake.states()];
    fake.permissions.set("eve", reading);
    const said = fake.say("eve", "/review");
    const how = { kind: "review", said, author: "eve", authorization: "unverified" } as const;
    const { error } = await scene.ended(await command(scene, how));
    assert.equal(error?.code, "forbidden");
    await until(() => seen(fake).length > before.length);
    assert.deepEqual(seen(fake).slice(0, before.length), before);
    assert.deepEqual(fake.states(), states);
  });
}
