import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Lease } from "#runner/session/lease.ts";
import { never } from "../claude/start-scripted.ts";

/** Runs a turn, which must have a result: what the CLI said, and what the turn cost. */
export async function say(lease: Lease, text: string): Promise<{ said: string; costUsd: number }> {
  const end = await lease.turn({ uuid: randomUUID(), text }, follow);
  assert(end.kind === "result");
  return { said: end.result.result ?? "", costUsd: end.costUsd };
}

/** Runs a turn in which the process dies. */
export async function sayAndDie(lease: Lease): Promise<void> {
  const turn = lease.turn({ uuid: randomUUID(), text: "die" }, follow);
  await assert.rejects(turn, { code: "cli_exited" });
}

const follow = { signal: never, onEvent: () => {} };
