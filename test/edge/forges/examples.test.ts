import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { HandOff, WebhookIgnored } from "#shared/api.ts";
import { githubExamples } from "#test/github-examples.ts";
import { delivery } from "../delivery.ts";
import { startEdge } from "../start-edge.ts";
import { brief } from "./brief.ts";

const Example = z.looseObject({
  action: z.string().optional(),
  comment: z.looseObject({ body: z.string() }).optional(),
  issue: z.looseObject({}).optional(),
});

// What each becomes is written down beside; `node --test --test-update-snapshots` writes it anew.
test("github: every example becomes what it became before", async (t) => {
  await using edge = await startEdge({ environment });
  const lines: string[] = [];
  for (const [event, examples] of githubExamples) {
    const seen = new Map<string, number>();
    for (const example of examples) {
      const { action = "-" } = Example.parse(example);
      for (const payload of [example, ...asCommand(event, example)]) {
        const became = await become(edge, event, payload);
        const line = `${event} ${action} -> ${became}`;
        seen.set(line, (seen.get(line) ?? 0) + 1);
      }
    }
    for (const [line, count] of seen) lines.push(count > 1 ? `${line} (${count} times)` : line);
  }
  assert.deepEqual(edge.errors, []);
  const path = fileURLToPath(new URL("github-examples.txt", import.meta.url));
  t.assert.fileSnapshot(`${lines.join("\n")}\n`, path, { serializers: [String] });
});

/** All that can make a task makes one, so that what is made of it shows. */
const environment = {
  EDGE_MAX_BODY: "1MiB",
  RULES_ANALYZE_FAILURES: "true",
  RULES_FEEDBACK_ON_DRAFT_PR: "true",
  RULES_COMMAND_USERS: "github:codertocat",
  RULES_HANDLE_PR_ACTIONS:
    "opened reopened ready_for_review labeled unlabeled edited review_requested converted_to_draft",
};

/** The same as somebody would give a command; the examples of comments are on issues all. */
function asCommand(event: string, example: unknown): unknown[] {
  if (!/comment$/.test(event)) return [];
  const payload = Example.parse(example);
  if (payload.comment === undefined) return [];
  const comment = { ...payload.comment, body: "/ask Why?" };
  const issue = payload.issue && { ...payload.issue, pull_request: {} };
  return [{ ...payload, comment, ...(issue && { issue }) }];
}

async function become(
  edge: Awaited<ReturnType<typeof startEdge>>,
  event: string,
  payload: unknown,
): Promise<string> {
  const response = await fetch(`${edge.url}/webhooks/github`, await delivery(payload, { event }));
  const body: unknown = await response.json();
  if (response.status === 202) {
    return brief(HandOff.parse(JSON.parse(edge.runner.requests.at(-1)?.body ?? "")));
  }
  assert.equal(response.status, 200, `${event}: ${JSON.stringify(body)}`);
  const { code, reason } = WebhookIgnored.parse(body);
  return `${code}: ${reason}`;
}
