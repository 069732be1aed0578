import assert from "node:assert/strict";
import { test } from "node:test";
import { Permissions } from "#runner/permission/permissions.ts";
import { PermissionDecided } from "#shared/api.ts";
import { assertProblem } from "./assert-problem.ts";
import { startRunner, type TestRunner } from "./start-runner.ts";

const [one, two] = ["0000000a-0000-7000-8000-000000000001", "0000000a-0000-7000-8000-000000000002"];
const asked = { id: "q-1", tool: "Bash", input: { command: "make" }, isListed: true };

function answer({ send }: TestRunner, body: unknown, path = `/v1/tasks/${one}/permissions/q-1`) {
  return send(path, { method: "POST", body });
}

test("POST /v1/tasks/:id/permissions/:request settles the question, once", async () => {
  const permissions = new Permissions({ timeout: 60_000 });
  await using runner = await startRunner({ permissions });
  for (const [task, body] of [
    [one, { behavior: "allow" }],
    [two, { behavior: "deny", message: "Not on a Friday" }],
  ] as const) {
    const over = new AbortController().signal;
    const decision = permissions.ask(task, asked, { over, onEvent: () => {} });
    const path = `/v1/tasks/${task}/permissions/q-1`;
    const response = await answer(runner, body, path);
    assert.equal(response.status, 200);
    const { behavior } = PermissionDecided.parse(await response.json());
    assert.equal(behavior, body.behavior);
    assert.deepEqual(await decision, body);
    await assertProblem(await answer(runner, body, path), 409, "conflict");
  }
});

test("POST /v1/tasks/:id/permissions/:request answers 404 to what nobody asked, 400 to no answer", async () => {
  const permissions = new Permissions({ timeout: 60_000 });
  await using runner = await startRunner({ permissions });
  await assertProblem(await answer(runner, { behavior: "allow" }), 404, "not_found");
  const over = new AbortController();
  void permissions.ask(one, asked, { over: over.signal, onEvent: () => {} });
  for (const body of [{}, { behavior: "maybe" }, { behavior: "allow", always: true }, "x"]) {
    await assertProblem(await answer(runner, body), 400, "invalid_request");
  }
  const long = { behavior: "deny", message: "x".repeat(2001) };
  await assertProblem(await answer(runner, long), 400, "invalid_request");
  assert.equal(permissions.size, 1);
  over.abort();
});
