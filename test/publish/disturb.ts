import assert from "node:assert/strict";
import { isTerminal } from "#shared/task.ts";
import type { FakeForge } from "../forges/page.ts";
import { until } from "../until.ts";
import { twice, untested } from "./findings.ts";
import type { Scene } from "./scene.ts";
import { seen } from "./seen.ts";
import { succeeded } from "./succeeded.ts";

/** What happens to the host and how it goes on. */
export interface Disturbance {
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
 * Pushes the two versions in turn, and loses the connection at the first write of a push, then at the
 * second and so on. Each push must end in the page that it ends in undisturbed.
 */
export async function disturb(
  scene: Scene,
  fake: FakeForge,
  { moments, strike, recover }: Disturbance,
): Promise<void> {
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
      let writes = 0;
      fake.server.trouble = async ({ route }) => {
        // What only reads leaves nothing behind.
        if (route.startsWith("GET")) return undefined;
        writes += 1;
        if (writes !== index + 1) return undefined;
        await strike();
        hasStruck = true;
        return { do: "drop", when };
      };
      const expected = wanted[2 + (pushes % 2)];
      const { id, shown } = await push();
      await until(async () => hasStruck || (await isOver(scene, id)));
      if (hasStruck) await recover();
      await succeeded(scene, id);
      assert.deepEqual(shown(), expected, `write ${index}, ${when}`);
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
