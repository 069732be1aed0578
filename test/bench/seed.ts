import { randomUUID } from "node:crypto";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import type { TaskResult } from "#shared/task.ts";
import { handOff } from "../store/hand-off.ts";
import { review } from "./sample.ts";

/** Fills a state folder with pull requests that were reviewed and wait for their next push. */
export async function seedSessions(folder: string, count: number): Promise<void> {
  await using store = new SqliteStore({ folder, host: "seed" });
  for (let number = 1; number <= count; number += 1) {
    const admission = await store.enqueue(handOff(number), { limit: 1 });
    const claim = await store.claim();
    if (admission.outcome !== "accepted" || claim === undefined) {
      throw new Error(`Cannot seed session ${number}: ${admission.outcome}`);
    }
    const { session_id } = claim.task;
    await store.setWorkspace(session_id, session_id);
    await store.setConversation(session_id, { id: randomUUID(), costUsd: 0.01, transcript: null });
    await store.finish(claim, { state: "succeeded", result });
  }
}

const result: TaskResult = {
  kind: "review",
  head_sha: "a".repeat(40),
  review,
  usage: {
    input_tokens: 100,
    output_tokens: 100,
    cache_read_input_tokens: 10_000,
    cache_creation_input_tokens: 1000,
    cost_usd: 0.01,
  },
  timing: { start: "cold", wait_ms: 1, workspace_ms: 100, process_ms: 400, turn_ms: 5000 },
};
