import assert from "node:assert/strict";
import type { Scene } from "./scene.ts";

/** Waits until a task has ended, which must have gone well. */
export async function succeeded(scene: Scene, id: string): Promise<void> {
  const { state, error } = await scene.ended(id);
  assert.equal(state, "succeeded", JSON.stringify(error));
}
