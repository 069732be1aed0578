// A program that takes the CLI's arguments, speaks its protocol, and answers from a list of steps
// that goes on from one process to the next. The folder of the list is its first argument.
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import * as z from "zod";
import { addHeard, readHeard, stepAt } from "./talk.ts";

const Control = z.object({
  type: z.literal("control_request"),
  request_id: z.string(),
  request: z.object({ subtype: z.string() }),
});
const User = z.object({
  type: z.literal("user"),
  uuid: z.string(),
  message: z.object({ content: z.array(z.object({ text: z.string() })) }),
  client_composed: z.boolean().default(false),
});
const Input = z.discriminatedUnion("type", [Control, User]);

const [folder = "", ...args] = process.argv.slice(2);
const { values } = parseArgs({
  args,
  strict: false,
  options: { "session-id": { type: "string" }, resume: { type: "string" } },
});
const opening = values.resume === undefined ? "--session-id" : "--resume";
const conversation = String(values.resume ?? values["session-id"]);
let waiting: string | undefined;

createInterface({ input: process.stdin }).on("line", (line) => {
  const input = Input.parse(JSON.parse(line));
  if (input.type === "user") hear(input);
  else control(input);
});

function control({ request_id, request: { subtype } }: z.infer<typeof Control>): void {
  say({ type: "control_response", response: { subtype: "success", request_id } });
  if (subtype === "end_session") process.exit(0);
  if (subtype !== "interrupt" || waiting === undefined) return;
  end(waiting, { subtype: "error_during_execution", terminal_reason: "aborted_streaming" });
  waiting = undefined;
}

function hear({ uuid, message, client_composed: verbatim }: z.infer<typeof User>): void {
  const text = message.content.map((block) => block.text).join("");
  const step = stepAt(folder, readHeard(folder).length);
  addHeard(folder, { uuid, text, verbatim, opening, conversation });
  switch (step.do) {
    case "answer":
      end(uuid, { result: step.text });
      break;
    case "fail":
      end(uuid, step.result);
      break;
    case "know":
      say({ type: "command_lifecycle", command_uuid: uuid, state: "completed" });
      break;
    case "wait":
      waiting = uuid;
      break;
    case "die":
      process.stderr.write("Segmentation fault\n");
      process.exit(139);
  }
}

function end(uuid: string, result: object): void {
  // The cost is that of the whole conversation.
  const turns = readHeard(folder).filter((heard) => heard.conversation === conversation).length;
  say({
    type: "result",
    subtype: "success",
    is_error: false,
    terminal_reason: "completed",
    user_message_uuids: [uuid],
    total_cost_usd: turns / 4,
    num_turns: 1,
    duration_ms: 0,
    usage: {
      input_tokens: 1,
      output_tokens: 20,
      cache_read_input_tokens: 300,
      cache_creation_input_tokens: 4000,
    },
    ...result,
  });
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
