import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { answerTo } from "#runner/claude/answer.ts";

const Answer = z.object({
  type: z.literal("control_response"),
  response: z.looseObject({ request_id: z.literal("r-1") }),
});

/** What the CLI is told about a request between two turns. */
async function between(request: { subtype: string; [field: string]: unknown }) {
  const line = await answerTo({ type: "control_request", request_id: "r-1", request }, undefined);
  return JSON.stringify(Answer.parse(JSON.parse(line)).response);
}

test("answerTo, no turn runs: a tool of which the hook tells is denied", async () => {
  const input = { hook_event_name: "PreToolUse", tool_name: "Read" };
  const answer = await between({ subtype: "hook_callback", input });
  assert.match(answer, /"permissionDecision":"deny"/);
});

test("answerTo, no turn runs: a tool that is asked about is denied", async () => {
  const answer = await between({ subtype: "can_use_tool", tool_name: "Bash", input: {} });
  assert.match(answer, /"behavior":"deny"/);
});
