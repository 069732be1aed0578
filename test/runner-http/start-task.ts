import assert from "node:assert/strict";
import type { Claim } from "#runner/store/store.ts";
import { handOff } from "./hand-off.ts";
import type { TestRunner } from "./start-runner.ts";

/** A task that runs, with its stream's path: its journal holds `task.queued` and `task.started`. */
export async function startTask({ store }: TestRunner): Promise<Claim & { path: string }> {
  await store.enqueue(handOff(), { limit: 100 });
  const claim = await store.claim();
  assert(claim);
  return { ...claim, path: `/v1/tasks/${claim.task.id}/events` };
}
