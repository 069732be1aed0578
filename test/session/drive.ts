import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { never } from "../claude/start-scripted.ts";
import type { Leased } from "./acquire.ts";

/** Runs a turn, which must have a result: what the CLI said, and what the turn cost. */
export async function say(
  lease: Pick<Leased, "turn">,
  text: string,
): Promise<{ said: string; costUsd: number }> {
  const end = await lease.turn({ uuid: randomUUID(), text }, follow);
  assert(end.kind === "result");
  return { said: end.result.result ?? "", costUsd: end.costUsd };
}

/** Runs a turn in which the process dies. */
export async function sayAndDie(lease: Pick<Leased, "turn">): Promise<void> {
  const turn = lease.turn({ uuid: randomUUID(), text: "die" }, follow);
  await assert.rejects(turn, { code: "cli_exited" });
}

const follow = { signal: never, onEvent: () => {} };
