import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { suite, test } from "node:test";
import type { TurnOptions } from "#runner/claude/turn.ts";
import { never, startScripted } from "./start-scripted.ts";

/** Runs a turn in which the process asks, and gives back what it was answered. */
async function answerOf(
  behaviour: string,
  onPermission?: TurnOptions["onPermission"],
  tools?: TurnOptions["tools"],
) {
  await using cli = await startScripted(behaviour);
  const message = { uuid: randomUUID(), text: "go" };
  const end = await cli.turn(message, { signal: never, onEvent: () => {}, onPermission, tools });
  assert(end.kind === "result");
  const answer: unknown = JSON.parse(end.result.result ?? "");
  return answer;
}

function granted(response: object) {
  return { subtype: "success", request_id: "q1", response };
}

suite("CliProcess.turn, the CLI asks whether a tool may run", () => {
  test("and it may: with the input that was asked about", async () => {
    const asked: unknown[] = [];
    const answer = await answerOf("asks", async (request) => {
      asked.push(request);
      return { behavior: "allow" };
    });
    assert.deepEqual(asked, [
      { id: "q1", tool: "Bash", input: { command: "id" }, isListed: false },
    ]);
    assert.deepEqual(answer, granted({ behavior: "allow", updatedInput: { command: "id" } }));
  });

  test("and it may not: the model is told why", async () => {
    const denial = { behavior: "deny", message: "Not on a Friday" } as const;
    assert.deepEqual(await answerOf("asks", async () => denial), granted(denial));
  });

  test("and nobody decides: denied", async () => {
    assert.deepEqual(
      await answerOf("asks"),
      granted({
        behavior: "deny",
        message: "This runner allows no more than its list of tools",
      }),
    );
  });

  test("and the turn has no such tool: denied, and nobody decides", async () => {
    const answer = await answerOf("asks", async () => assert.fail("it was asked"), ["Read"]);
    const message = "This task allows no more than the tools of its skill";
    assert.deepEqual(answer, granted({ behavior: "deny", message }));
  });

  test("and whoever decides fails: denied, with the failure", async () => {
    const answer = await answerOf("asks", async () => {
      throw new Error("no such chat");
    });
    assert.deepEqual(
      answer,
      granted({ behavior: "deny", message: "Nobody could be asked: no such chat" }),
    );
  });

  test("and the turn ends meanwhile: the question is off, and the process serves on", async () => {
    await using cli = await startScripted("asks-in-vain");
    const off = Promise.withResolvers<void>();
    for (const _ of [1, 2]) {
      const end = await cli.turn(
        { uuid: randomUUID(), text: "go" },
        {
          signal: never,
          onEvent: (event) => assert.fail(`nothing happened, but ${event.type}`),
          onPermission: (_request, signal) => {
            const { promise, resolve } = Promise.withResolvers<{ behavior: "allow" }>();
            const give = () => {
              resolve({ behavior: "allow" });
              off.resolve();
            };
            signal.addEventListener("abort", give, { once: true });
            return promise;
          },
        },
      );
      assert.equal(end.kind, "result");
      await off.promise;
    }
  });
});

test("CliProcess.turn, the CLI asks for what nobody knows: refused, so that it never waits", async () => {
  assert.deepEqual(await answerOf("asks-for-what-nobody-knows"), {
    subtype: "error",
    request_id: "q1",
    error: "Cannot serve mcp_message: not offered here",
  });
});
