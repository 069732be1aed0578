import assert from "node:assert/strict";
import { isTerminal } from "#shared/task.ts";
import type { FakeForge } from "../forges/page.ts";
import { until } from "../until.ts";
import type { Scene } from "./scene.ts";
import { succeeded } from "./succeeded.ts";
import { twoVersions } from "./two-versions.ts";

/** What happens to the host and how it goes on. */
export interface Disturbance {
  /** Whether the forge has done what it was asked for. */
  readonly moments: readonly ("before" | "after")[];
  readonly strike: () => Promise<void>;
  readonly recover: () => Promise<void>;
}

/**
 * Pushes the two versions in turn, and loses the connection at the first write of a push, then at the
 * second and so on. Each push must end in the page that it ends in undisturbed.
 */
export async function disturb(
  scene: Scene,
  fake: FakeForge,
  { moments, strike, recover }: Disturbance,
): Promise<void> {
  const push = await twoVersions(scene, fake);
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
      const { id, shown, wanted } = await push();
      await until(async () => hasStruck || (await isOver(scene, id)));
      if (hasStruck) await recover();
      await succeeded(scene, id);
      assert.deepEqual(shown(), wanted, `write ${index}, ${when}`);
    }
  }
  assert.deepEqual(fake.server.problems, []);
}

async function isOver(scene: Scene, id: string): Promise<boolean> {
  // The host may be down.
  const task = await scene.task(id).catch(() => undefined);
  return task !== undefined && isTerminal(task.state);
}
