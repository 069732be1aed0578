// A program that speaks the CLI's protocol and misbehaves as its last argument says.
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
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

const conversation = behaviour === "remembers" ? openConversation() : "";

const last = /^ends-at-(.*)$/.exec(behaviour)?.[1];
if (last !== undefined) {
  process.on("SIGTERM", () => hear("SIGTERM"));
  process.stdin.on("end", () => hear("eof"));
  setInterval(() => {}, 60_000);
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const input = Input.parse(JSON.parse(line));
  if (input.type === "control_request") control(Control.parse(input));
  if (input.type === "user") turn(User.parse(input));
  if (behaviour === "late" && input.type === "control_response") appendFileSync("refused", line);
});

function control({ request_id, request: { subtype } }: z.infer<typeof Control>): void {
  if (behaviour === "hang-at-start") return;
  if (behaviour === "stubborn" && subtype !== "initialize") return;
  if (last !== undefined && subtype === "end_session") {
    hear(subtype);
    return;
  }
  if (behaviour === "refuses-start") {
    const error = "not today";
    say({ type: "control_response", response: { subtype: "error", request_id, error } });
    return;
  }
  if (behaviour === "closes-input") {
    process.stdin.destroy();
    setInterval(() => {}, 60_000);
  }
  say({ type: "control_response", response: { subtype: "success", request_id } });
  if (behaviour === "reads-late" && subtype === "initialize") {
    // Nothing is read until all of this is taken: more than a pipe holds.
    process.stdin.pause();
    process.stdout.write(`${"x".repeat(100_000)}\n`.repeat(50), () => process.stdin.resume());
  }
  if (subtype === "end_session") process.exit(0);
}

/** Says which step of its ending it heard, and ends if it is the one that it waits for. */
function hear(step: string): void {
  process.stderr.write(`${step}\n`);
  if (step === last) process.exit(0);
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
    case "dictated":
      void dictate(z.array(z.base64()).parse(JSON.parse(text)));
      return;
    case "stderr-flood":
      process.stderr.write(`${"x".repeat(5_000_000)}\nThe end\n`, () => {
        say({ type: "result", ...success(uuid, "done") });
      });
      return;
    case "dies-between":
      say({ type: "result", ...success(uuid, "done") });
      process.stdout.write("", () => process.exit(7));
      return;
    case "late":
      say({ type: "early" });
      say({ type: "result", ...success(uuid, text) });
      say({ type: "late" });
      say({ type: "control_request", request_id: "late", request: { subtype: "any" } });
      return;
    case "answered-before":
      say({ type: "command_lifecycle", command_uuid: uuid, state: "completed" });
      return;
    case "remembers": {
      appendFileSync(conversation, `${text}\n`);
      if (text === "die") process.exit(139);
      // The whole conversation, at the price that the message names.
      const said = readFileSync(conversation, "utf8").trimEnd();
      say({ type: "result", ...success(uuid, said), total_cost_usd: Number(text) || 0 });
      return;
    }
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

/** Writes just these bytes, each part by itself. */
async function dictate(parts: readonly string[]): Promise<void> {
  for (const part of parts) {
    await new Promise((resolve) => process.stdout.write(Buffer.from(part, "base64"), resolve));
    await new Promise(setImmediate);
  }
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

/** The file of the conversation, in the working folder; only what was said makes one. */
function openConversation(): string {
  const resumes = process.argv.includes("--resume");
  const id = process.argv[process.argv.indexOf(resumes ? "--resume" : "--session-id") + 1] ?? "";
  if (resumes && !existsSync(id)) {
    process.stderr.write(`No conversation found with session ID: ${id}\n`);
    process.exit(1);
  }
  if (!resumes && existsSync(id)) {
    process.stderr.write(`Error: Session ID ${id} is already in use.\n`);
    process.exit(1);
  }
  return id;
}
