import assert from "node:assert/strict";
import { test } from "node:test";
import type { Forge } from "#shared/event.ts";
import { isTerminal } from "#shared/task.ts";
import type { FakeForge } from "../forges/page.ts";
import { startProgram } from "../host/program.ts";
import { until } from "../until.ts";
import { type Scene, setScene } from "./scene.ts";
import { seen, seenStates } from "./seen.ts";

/** A forge, and how it shows what all forges have to show. */
export interface ForgeUnderTest {
  readonly forge: Forge;
  readonly start: () => Promise<FakeForge>;
  /** Its words for the states of a commit; undefined when it shows none. */
  readonly states?: Readonly<Record<"found" | "clean" | "failed" | "cancelled", string>>;
  /** Whether it marks threads as settled. */
  readonly settles: boolean;
  /** Whether the host is killed too, which takes a while; default true. */
  readonly isKilled?: boolean;
}

const twice = { message: "It charges twice.", line: 2 };
const untested = {
  severity: "medium",
  category: "test",
  message: "Nobody tests it.",
  line: 3,
} as const;
const whole = {
  severity: "low",
  category: "docs",
  line: null,
  message: "Say what it does.",
} as const;

/** What holds for every forge. */
export function publishSuite({
  forge,
  start,
  states,
  settles,
  isKilled = true,
}: ForgeUnderTest): void {
  const settled = settles ? " (settled)" : "";

  test(`${forge}: opened, three pushes, a force push, closed: each finding has one comment`, async () => {
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
      file: "two();\n",
      findings: [
        { ...twice, line: 1 },
        { message: "Elsewhere.", file: "README.md", line: 1 },
      ],
      from: scene.baseSha,
    });
    await succeeded(scene, four.id);
    await succeeded(scene, await scene.close());
    Object.assign(names, { TWO: two.sha, THREE: three.sha, FOUR: four.sha });
    const end = [
      onTwo,
      `src/pay.ts:3${settled}: _Not found any more in \`FOUR\`._ **medium** · test Nobody tests it.`,
      "page: ### Review of `FOUR` It pays. **2 findings: 2 high** " +
        "- **high** · bug · `src/pay.ts:1`: It charges twice. " +
        "Not on a line that this change shows: **`README.md:1`** **high** · bug (line 1) Elsewhere.",
    ];
    assert.deepEqual(seen(fake, names), end);
    const found = states?.found;
    assert.deepEqual(
      seenStates(fake, names),
      found === undefined
        ? []
        : [
            `ONE: ${found}, 2 findings: 1 high, 1 medium`,
            `TWO: ${found}, 2 findings: 1 high, 1 low`,
            `THREE: ${found}, 2 findings: 1 high, 1 medium`,
            `FOUR: ${found}, 2 findings: 2 high`,
          ],
    );
    assert.deepEqual(fake.server.problems, []);
  });

  test(`${forge}: kill -9 of the host at each request: the page ends the same`, {
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
        // Before the next request is the same moment.
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

  test(`${forge}: a connection lost at each request: the page ends the same`, async () => {
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

  test(`${forge}: a failed task is shown as one, until a review takes its place`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    const first = await scene.push({ file: "one();\ntwo();\n" });
    await succeeded(scene, first.id);
    const noJson = { do: "answer", text: "No JSON." } as const;
    const second = await scene.push({ file: "one();\n", steps: [noJson, noJson] });
    assert.equal((await scene.ended(second.id)).state, "failed");
    const names: Record<string, string> = { ONE: first.sha, TWO: second.sha };
    await until(() => seen(fake, names)[0]?.includes("TWO") ?? false);
    assert.match(
      seen(fake, names).join("\n"),
      /^page: ### Review of `TWO` failed This version was \*\*not\*\* reviewed: Cannot read review, asked twice: [^\n]*$/,
    );
    await shownAs(fake, names, "TWO", states?.failed);
    const third = await scene.push({ file: "three();\n" });
    await succeeded(scene, third.id);
    names.THREE = third.sha;
    assert.deepEqual(seen(fake, names), ["page: ### Review of `THREE` It pays. **No findings**"]);
    await shownAs(fake, names, "THREE", states?.clean);
  });

  test(`${forge}: a review that a push or a person ends is not shown as running`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake);
    const first = await scene.push({ file: "one();\n", steps: [{ do: "wait" }] });
    await until(() => scene.turns() === 1);
    const second = await scene.push({ file: "two();\n", steps: [{ do: "wait" }] });
    assert.equal((await scene.ended(first.id)).state, "superseded");
    await until(() => scene.turns() === 1);
    await scene.cancel(second.id);
    assert.equal((await scene.ended(second.id)).state, "cancelled");
    const names = { ONE: first.sha, TWO: second.sha };
    await shownAs(fake, names, "ONE", states?.cancelled);
    await shownAs(fake, names, "TWO", states?.cancelled);
    assert.deepEqual(seen(fake), []);
  });

  test(`${forge}: publishing that keeps failing fails the task, after one turn`, async () => {
    await using fake = await start();
    await using scene = await setScene(forge, fake, { environment: { PUBLISH_TIMEOUT: "1ms" } });
    let isDown = true;
    fake.server.trouble = ({ route }) =>
      isDown && !route.includes("status") && !route.includes("check-runs") && route !== "GET /user"
        ? { do: "refuse", status: 503, body: { message: "down for maintenance" } }
        : undefined;
    const { id, sha } = await scene.push({ file: "one();\ntwo();\n", findings: [twice] });
    const { state, error, attempt } = await scene.ended(id);
    assert.deepEqual([state, error?.code, attempt], ["failed", "forge_unavailable", 3]);
    assert.equal(scene.turns(), 1);
    isDown = false;
    // The page is told of the failure as soon as the forge is there again.
    await until(() => seen(fake, { ONE: sha }).some((line) => line.includes("`ONE` failed")));
  });

  test(`${forge}: a token that is refused fails the task before a turn, with what it needs`, async () => {
    await using fake = await start();
    const token = { [`${forge.toUpperCase()}_TOKEN`]: "another-token" };
    await using scene = await setScene(forge, fake, { environment: token });
    const { id } = await scene.push({ file: "one();\ntwo();\n", findings: [twice] });
    const { error } = await scene.ended(id);
    assert.equal(error?.code, "forge_refused");
    assert.match(error?.hint ?? "", /publish\.enabled/);
    assert.deepEqual(fake.comments(), []);
  });
}

/** What happens to the host and how it goes on. */
interface Disturbance {
  /** Whether the forge has done what it was asked for. */
  readonly moments: readonly ("before" | "after")[];
  readonly strike: () => Promise<void>;
  readonly recover: () => Promise<void>;
}

/** Two versions of the pull request that say the opposite of each other. */
const versions = [
  { file: "one();\ntwo();\n", findings: [twice] },
  { file: "one();\ntwo();\nthree();\n", findings: [untested] },
] as const;

/**
 * Pushes the two versions in turn, and loses the connection at the first request of a push, then at
 * the second and so on. Each push must end in the page that it ends in undisturbed.
 */
async function disturb(scene: Scene, fake: FakeForge, { moments, strike, recover }: Disturbance) {
  let pushes = 0;
  const push = async () => {
    const version = versions[pushes % 2] ?? versions[0];
    pushes += 1;
    const { id, sha } = await scene.push(version);
    return { id, shown: () => ({ comments: seen(fake, { THIS: sha }), states: lastState(fake) }) };
  };
  const wanted: object[] = [];
  for (let count = 0; count < 4; count += 1) {
    const { id, shown } = await push();
    await succeeded(scene, id);
    wanted.push(shown());
  }
  for (let index = 0, hasStruck = true; hasStruck; index += 1) {
    for (const when of moments) {
      hasStruck = false;
      const first = fake.server.requests.length;
      fake.server.trouble = async (request) => {
        if (request.index !== first + index) return undefined;
        await strike();
        hasStruck = true;
        return { do: "drop", when };
      };
      const expected = wanted[2 + (pushes % 2)];
      const { id, shown } = await push();
      await until(async () => hasStruck || (await isOver(scene, id)));
      if (hasStruck) await recover();
      await succeeded(scene, id);
      assert.deepEqual(shown(), expected, `request ${index}, ${when}`);
    }
  }
  assert.deepEqual(fake.server.problems, []);
}

function lastState(fake: FakeForge): string | undefined {
  const last = fake.states().at(-1);
  return last && `${last.state}, ${last.title}`;
}

async function isOver(scene: Scene, id: string): Promise<boolean> {
  // The host may be down.
  const task = await scene.task(id).catch(() => undefined);
  return task !== undefined && isTerminal(task.state);
}

async function succeeded(scene: Scene, id: string): Promise<void> {
  const { state, error } = await scene.ended(id);
  assert.equal(state, "succeeded", JSON.stringify(error));
}

/** Waits until a commit has this state. */
async function shownAs(
  fake: FakeForge,
  names: Readonly<Record<string, string>>,
  name: string,
  state: string | undefined,
): Promise<void> {
  if (state === undefined) return;
  await until(() => seenStates(fake, names).some((line) => line.startsWith(`${name}: ${state},`)));
}
