import assert from "node:assert/strict";
import { test } from "node:test";
import { startFakeGitHub } from "../forges/github.ts";
import { analysis, inJson } from "../review/reports.ts";
import { command } from "./command.ts";
import { setScene } from "./scene.ts";
import { succeeded } from "./succeeded.ts";

test("result and page name the skills that a task went by; a question has none", async () => {
  await using fake = await startFakeGitHub();
  const environment = { REVIEW_SKILLS: "security-scanner code-reviewer" };
  await using scene = await setScene("github", fake, { environment });
  const skillsOf = async (id: string) => {
    await succeeded(scene, id);
    const { result } = await scene.task(id);
    assert(result?.kind === "review" || result?.kind === "answer");
    return { skills: result.skills, shown: fake.comments().at(-1)?.body ?? "" };
  };
  const both = "\n\n_By the skills `security-scanner`, `code-reviewer`._";
  const review = await skillsOf((await scene.push({ file: "one();\n" })).id);
  assert.deepEqual(review.skills, ["security-scanner", "code-reviewer"]);
  assert(review.shown.endsWith(both), review.shown);
  const said = fake.say("mona", "/review");
  const again = await skillsOf(await command(scene, { kind: "review", said }));
  assert.deepEqual(again.skills, review.skills);
  scene.answers(inJson(analysis));
  const analyzed = await skillsOf(
    await command(scene, { kind: "analyze", said: fake.say("mona", "/analyze") }),
  );
  assert.deepEqual(analyzed.skills, ["change-analyzer"]);
  assert(analyzed.shown.endsWith("\n\n_By the skill `change-analyzer`._"), analyzed.shown);
  scene.answers("Because.");
  const asked = await skillsOf(
    await command(scene, { kind: "ask", said: fake.say("mona", "/ask Why?"), message: "Why?" }),
  );
  assert.equal(asked.skills, undefined);
  assert(asked.shown.endsWith("Because."), asked.shown);
});
