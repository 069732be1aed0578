import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { isTerminalType, JournalEntry, JournalEvent, journalTypes } from "#shared/journal.ts";
import { TerminalState } from "#shared/task.ts";

const usage = {
  input_tokens: 1,
  output_tokens: 2,
  cache_read_input_tokens: 3,
  cache_creation_input_tokens: 4,
  cost_usd: 0.5,
};
const error = { code: "internal", category: "platform" as const, message: "Broke" };

/** One event of each type. */
const onLine = { path: "src/a.ts", previous_path: null, line: 2, text: "two();" };
const examples: JournalEvent[] = [
  { type: "task.queued", data: { kind: "review" } },
  { type: "task.started", data: { attempt: 1, host: "h" } },
  { type: "workspace.step", data: { step: "fetch" } },
  { type: "workspace.progress", data: { phase: "receiving", done: 1, total: 2 } },
  {
    type: "workspace.ready",
    data: { head_sha: "a", merge_base: "b", files: 0, diff_bytes: 0, duration_ms: 1.5 },
  },
  { type: "session.starting", data: { start: "cold" } },
  { type: "session.ready", data: { start: "warm", pid: null, duration_ms: 0 } },
  { type: "session.resumed", data: { pid: 42, duration_ms: 470 } },
  { type: "turn.started", data: { turn_id: "t", start: "resumed" } },
  { type: "message.delta", data: { text: "" } },
  { type: "thinking.delta", data: { text: "hm" } },
  { type: "tool.use", data: { id: "1", name: "Read", input: { path: "a" } } },
  { type: "tool.result", data: { id: "1", is_error: false, text: "x" } },
  { type: "model.retry", data: { attempt: 1, status: 529, delay_ms: 500, message: "busy" } },
  { type: "output.dropped", data: { bytes: 9 } },
  { type: "output.unknown", data: { line: "?" } },
  {
    type: "turn.completed",
    data: { turn_id: "t", usage, duration_ms: 1, overhead_ms: 0, model_turns: 1 },
  },
  { type: "message.received", data: { message_id: "m", text: "Look again" } },
  {
    type: "permission.requested",
    data: {
      request_id: "r",
      tool: "Bash",
      input: { command: "ls" },
      expires_at: "2026-01-02T03:04:05Z",
    },
  },
  {
    type: "permission.resolved",
    data: { request_id: "r", behavior: "deny", by: "timeout", message: "Nobody answered" },
  },
  { type: "review.recalled", data: { of: "t", reviewed_at: "2026-01-02T03:04:05.678Z" } },
  { type: "turn.stopped", data: { step: "interrupt" } },
  { type: "input.poisonous", data: { deaths: 2 } },
  { type: "result.stored", data: { result: { kind: "close" }, places: [onLine, null] } },
  {
    type: "task.published",
    data: {
      url: "https://github.com/acme/shop/pull/7",
      added: 1,
      reopened: 0,
      settled: 2,
      unplaced: 3,
      state: "found",
    },
  },
  { type: "task.retrying", data: { attempt: 1, delay_ms: 1000, error } },
  { type: "task.succeeded", data: { result: { kind: "close" } } },
  { type: "task.failed", data: { error } },
  { type: "task.cancelled", data: { reason: "asked" } },
  { type: "task.superseded", data: { by: "x" } },
];

const place = {
  seq: 1,
  time: "2026-01-02T03:04:05.678Z",
  task_id: "0190a5c4-7e1b-7cc3-98c4-dc0c0c07398f",
  session_id: "6ba7b810-9dad-51d1-80b4-00c04fd430c8",
};

test("journalTypes: names every type once", () => {
  assert.deepEqual([...journalTypes].sort(), examples.map(({ type }) => type).sort());
  assert.equal(new Set(journalTypes).size, journalTypes.length);
});

suite("JournalEvent and JournalEntry", () => {
  for (const example of examples) {
    test(`${example.type}: comes back from JSON as it went in`, () => {
      assert.deepEqual(JournalEvent.parse(throughJson(example)), example);
      const entry = { ...place, ...example };
      assert.deepEqual(JournalEntry.parse(throughJson(entry)), entry);
    });
  }

  test("an unknown type, no data, or data of another type: refused", () => {
    for (const event of [
      { type: "task.exploded", data: {} },
      { type: "task.queued" },
      { type: "task.queued", data: { text: "x" } },
      { type: "task.started", data: { attempt: 0, host: "h" } },
      { data: { text: "x" } },
    ]) {
      assert.ok(!JournalEvent.safeParse(event).success, JSON.stringify(event));
      assert.ok(!JournalEntry.safeParse({ ...place, ...event }).success, JSON.stringify(event));
    }
  });

  test("a place that is none: refused", () => {
    const event = { type: "message.delta", data: { text: "x" } };
    for (const wrong of [{ seq: 0 }, { seq: 1.5 }, { time: "yesterday" }, { task_id: "7" }]) {
      assert.ok(!JournalEntry.safeParse({ ...place, ...event, ...wrong }).success);
    }
    assert.ok(!JournalEntry.safeParse(event).success);
  });
});

test("isTerminalType: one type for each terminal state, and no other", () => {
  const terminal = journalTypes.filter(isTerminalType).sort();
  assert.deepEqual(terminal, TerminalState.options.map((state) => `task.${state}`).sort());
});

function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
