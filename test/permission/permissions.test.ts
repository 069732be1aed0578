import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Permissions } from "#runner/permission/permissions.ts";
import type { JournalEvent } from "#shared/journal.ts";

const request = { id: "q1", tool: "Bash", input: { command: "make" }, isListed: true };

/** A question that was put, and all that is told of it. */
function put(permissions: Permissions, { task = "task", id = "q1", isListed = true } = {}) {
  const events: JournalEvent[] = [];
  const over = new AbortController();
  const decision = permissions.ask(
    task,
    { ...request, id, isListed },
    { over: over.signal, onEvent: (event) => events.push(event) },
  );
  return { events, over, decision };
}

test("Permissions: a question is journaled with its end, and waits for the answer", async () => {
  const permissions = new Permissions({ timeout: 60_000, now: () => 1_000_000 });
  const { events, decision } = put(permissions);
  const { id: request_id, tool, input } = request;
  const expires_at = new Date(1_060_000).toISOString();
  assert.deepEqual(events, [
    { type: "permission.requested", data: { request_id, tool, input, expires_at } },
  ]);
  permissions.answer("task", "q1", { behavior: "allow" });
  assert.deepEqual(await decision, { behavior: "allow" });
  assert.deepEqual(events.slice(1), [
    {
      type: "permission.resolved",
      data: { request_id, behavior: "allow", by: "api", message: null },
    },
  ]);
});

test("Permissions: a denial carries the person's words, or says that a person denied it", async () => {
  const permissions = new Permissions({ timeout: 60_000 });
  for (const [message, told] of [
    ["Not on a Friday", "Not on a Friday"],
    [undefined, "A person denied it"],
  ]) {
    const { decision } = put(permissions, { id: `${message}` });
    permissions.answer("task", `${message}`, { behavior: "deny", message });
    assert.deepEqual(await decision, { behavior: "deny", message: told });
  }
});

test("Permissions: without an answer it is denied when the time is up", async () => {
  const permissions = new Permissions({ timeout: 20 });
  const { events, decision } = put(permissions);
  assert.equal((await decision).behavior, "deny");
  const last = events.at(-1);
  assert(last?.type === "permission.resolved");
  assert.deepEqual([last.data.behavior, last.data.by], ["deny", "timeout"]);
  assert.throws(() => permissions.answer("task", "q1", { behavior: "allow" }), {
    code: "conflict",
  });
});

test("Permissions: a question ends with its turn", async () => {
  const permissions = new Permissions({ timeout: 60_000 });
  const { events, over, decision } = put(permissions);
  over.abort();
  assert.equal((await decision).behavior, "deny");
  const last = events.at(-1);
  assert(last?.type === "permission.resolved" && last.data.by === "turn_over");
  assert.equal(permissions.size, 0);
});

test("Permissions: what no rule lists, or a turn that is over, bothers nobody", async () => {
  const permissions = new Permissions({ timeout: 60_000 });
  const { events, decision } = put(permissions, { isListed: false });
  assert.deepEqual([events, permissions.size], [[], 0]);
  assert.equal((await decision).behavior, "deny");
  const late: JournalEvent[] = [];
  const onEvent = (event: JournalEvent) => late.push(event);
  const ended = permissions.ask("task", request, { over: AbortSignal.abort(), onEvent });
  assert.deepEqual([late, permissions.size], [[], 0]);
  assert.equal((await ended).behavior, "deny");
});

test("Permissions: an answer is for its own task and question", () => {
  const permissions = new Permissions({ timeout: 60_000 });
  const { over } = put(permissions);
  for (const [task, id] of [
    ["task", "q2"],
    ["other", "q1"],
  ] as const) {
    assert.throws(() => permissions.answer(task, id, { behavior: "allow" }), { code: "not_found" });
  }
  assert.equal(permissions.size, 1);
  over.abort();
});

const anyStep = fc.record({
  id: fc.constantFrom("q1", "q2", "q3"),
  by: fc.constantFrom("ask", "allow", "deny", "over"),
});

test("Permissions, any order of questions, answers and ends: each question is resolved once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 30 }), async (steps) => {
      const permissions = new Permissions({ timeout: 60_000 });
      const asked = new Map<string, ReturnType<typeof put>>();
      const ends = new Map<string, string>();
      for (const { id, by } of steps) {
        const open = asked.has(id) && !ends.has(id);
        if (by === "ask") {
          if (!asked.has(id)) asked.set(id, put(permissions, { id }));
        } else if (by === "over") {
          asked.get(id)?.over.abort();
          if (open) ends.set(id, "turn_over deny");
        } else if (open) {
          permissions.answer("task", id, { behavior: by });
          ends.set(id, `api ${by}`);
        } else {
          const code = asked.has(id) ? "conflict" : "not_found";
          assert.throws(() => permissions.answer("task", id, { behavior: by }), { code });
        }
        assert.equal(permissions.size, asked.size - ends.size);
      }
      for (const [id, { events, over, decision }] of asked) {
        over.abort();
        const [requested, resolved, ...rest] = events;
        assert.equal(requested?.type, "permission.requested");
        assert(resolved?.type === "permission.resolved" && rest.length === 0);
        const { by, behavior } = resolved.data;
        assert.equal(`${by} ${behavior}`, ends.get(id) ?? "turn_over deny");
        assert.equal((await decision).behavior, behavior);
      }
    }),
  );
});
