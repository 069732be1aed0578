// What tools one turn may use of those that a process has, with the pinned CLI.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { toolUse } from "../messages-api/blocks.ts";
import { inOrder } from "../messages-api/in-order.ts";
import { message as reply, text } from "../messages-api/reply.ts";
import { realCli } from "./start-real.ts";
import { never } from "./start-scripted.ts";

const say = (text: string) => ({ uuid: randomUUID(), text });

test("a tool that the turn's skill does not have: denied, though the process has it", async () => {
  const reads = () =>
    reply({ blocks: [toolUse("Grep", { pattern: "in", output_mode: "content" })] });
  await using cli = await realCli(inOrder(reads(), text("one"), reads(), text("two")));
  await writeFile(join(cli.cwd, "a.txt"), "inside");
  const process = await cli.start({ kind: "new", id: randomUUID() });
  const turn = async (tools?: readonly string[]) => {
    const results: string[] = [];
    const onEvent: Parameters<typeof process.turn>[1]["onEvent"] = ({ type, data }) =>
      type === "tool.result" && results.push(data.text);
    await process.turn(say("go"), { signal: never, onEvent, tools });
    return results.join("\n");
  };
  const denied = await turn(["Read"]);
  assert.match(denied, /no more than the tools of its skill/);
  assert.doesNotMatch(denied, /inside/);
  assert.match(await turn(["Read", "Grep"]), /inside/);
});

test("a tool that the turn's skill does not have: nobody is asked about it", async () => {
  const touch = reply({ blocks: [toolUse("Bash", { command: "touch made" })] });
  await using cli = await realCli(inOrder(touch, text("one"), touch, text("two")));
  const asking = [
    ...["--permission-mode", "manual", "--permission-prompt-tool", "stdio"],
    ...["--tools", "Read,Bash"],
  ];
  const process = await cli.start({ kind: "new", id: randomUUID() }, asking);
  const asked: string[] = [];
  const turn = (tools: readonly string[]) =>
    process.turn(say("go"), {
      signal: never,
      onEvent: () => {},
      tools,
      onPermission: async ({ tool }) => {
        asked.push(tool);
        return { behavior: "deny", message: "Not today" };
      },
    });
  await turn(["Read"]);
  assert.deepEqual(asked, []);
  await turn(["Read", "Bash"]);
  assert.deepEqual(asked, ["Bash"]);
});
