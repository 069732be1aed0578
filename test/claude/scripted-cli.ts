// A program that speaks the CLI's protocol and misbehaves as its last argument says.
import { createInterface } from "node:readline";
import * as z from "zod";
import { life } from "./scripted/life.ts";
import { pipes } from "./scripted/pipes.ts";
import { remembers } from "./scripted/remembers.ts";
import { turns } from "./scripted/turns.ts";
import { agree, type Behaviour, ControlRequest, succeed } from "./scripted/wire.ts";

const Input = z.discriminatedUnion("type", [
  z.looseObject({
    type: z.literal("control_request"),
    request_id: z.string(),
    request: ControlRequest,
  }),
  z.looseObject({
    type: z.literal("user"),
    uuid: z.string(),
    message: z.object({ content: z.array(z.object({ text: z.string() })) }),
  }),
  z.looseObject({ type: z.literal("control_response") }),
]);

const behaviours: Readonly<Record<string, Behaviour>> = { ...life, ...pipes, ...turns, remembers };
const behaviour = behaviours[process.argv.at(-1) ?? ""] ?? {};

behaviour.begin?.();
createInterface({ input: process.stdin }).on("line", (line) => {
  const input = Input.parse(JSON.parse(line));
  switch (input.type) {
    case "control_request":
      if (behaviour.control?.(input.request_id, input.request)) return;
      agree(input.request_id);
      if (input.request.subtype === "end_session") process.exit(0);
      return;
    case "user": {
      const text = input.message.content.map((block) => block.text).join("");
      if (behaviour.turn) behaviour.turn(input.uuid, text);
      else succeed(input.uuid, `echo: ${text}`);
      return;
    }
    case "control_response":
      behaviour.answer?.(line);
  }
});
