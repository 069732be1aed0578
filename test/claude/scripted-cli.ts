// A program that speaks the CLI's protocol and misbehaves as its last argument says.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import * as z from "zod";

const behaviour = process.argv.at(-1) ?? "serve";
const Input = z.looseObject({ type: z.string() });
const Control = z.looseObject({
  request_id: z.string(),
  request: z.looseObject({ subtype: z.string() }),
});
const User = z.looseObject({
  uuid: z.string(),
  message: z.object({ content: z.array(z.object({ text: z.string() })) }),
});

const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);

if (behaviour === "exit-at-start") {
  process.stderr.write("Cannot go on\n");
  process.exit(3);
}
if (behaviour === "stubborn") {
  process.on("SIGTERM", () => {});
  // Also without input it stays.
  setInterval(() => {}, 60_000);
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const input = Input.parse(JSON.parse(line));
  if (input.type === "control_request") control(Control.parse(input));
  if (input.type === "user") turn(User.parse(input));
});

function control({ request_id, request: { subtype } }: z.infer<typeof Control>): void {
  if (behaviour === "hang-at-start") return;
  if (behaviour === "stubborn" && subtype !== "initialize") return;
  say({ type: "control_response", response: { subtype: "success", request_id } });
  if (subtype === "end_session") process.exit(0);
}

function turn({ uuid, message }: z.infer<typeof User>): void {
  const text = message.content.map((block) => block.text).join("");
  switch (behaviour) {
    case "stubborn":
      say({ type: "command_lifecycle", command_uuid: uuid, state: "started" });
      return;
    case "die-in-turn":
      process.stderr.write("Segmentation fault\n");
      process.exit(139);
      return;
    case "garbage":
      process.stdout.write('no JSON\n\n{"type":"nobody knows"}\n[1]\nnull\n{"type":"result"}\n');
      say({ type: "result", subtype: "success", is_error: false, user_message_uuids: ["another"] });
      break;
    case "long-line":
      process.stdout.write(`${"x".repeat(3_000_000)}\n`);
      break;
    case "grandchild": {
      // In a group of its own, with our output, as the CLI's tools are.
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 60_000)"], {
        detached: true,
        stdio: ["ignore", "inherit", "inherit"],
      });
      say({ type: "result", ...success(uuid, String(child.pid)) });
      return;
    }
    case "answered-before":
      say({ type: "command_lifecycle", command_uuid: uuid, state: "completed" });
      return;
    case "asks":
      say({
        type: "control_request",
        request_id: "permission",
        request: { subtype: "can_use_tool", tool_name: "Bash", input: {} },
      });
      break;
  }
  say({ type: "result", ...success(uuid, `echo: ${text}`) });
}

function success(uuid: string, result: string): object {
  return {
    subtype: "success",
    is_error: false,
    terminal_reason: "completed",
    result,
    user_message_uuids: [uuid],
    total_cost_usd: 0.01,
    usage: { input_tokens: 1, output_tokens: 2 },
  };
}
