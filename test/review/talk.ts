import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

/** What the talking CLI does with one message. */
const Step = z.discriminatedUnion("do", [
  z.object({ do: z.literal("answer"), text: z.string() }),
  /** Ends the turn with other fields in its result. */
  z.object({ do: z.literal("fail"), result: z.record(z.string(), z.json()) }),
  /** Says that the message was answered before. */
  z.object({ do: z.literal("know") }),
  /** Waits until it is interrupted. */
  z.object({ do: z.literal("wait") }),
  z.object({ do: z.literal("die") }),
]);
/** {@link Step} as a type. */
export type Step = z.infer<typeof Step>;

/** A message that a talking CLI got, and the conversation of its process. */
const Heard = z.object({
  uuid: z.string(),
  text: z.string(),
  /** It is marked as text of a person, in which a slash begins no command. */
  verbatim: z.boolean(),
  opening: z.enum(["--session-id", "--resume"]),
  conversation: z.string(),
});
/** {@link Heard} as a type. */
export type Heard = z.infer<typeof Heard>;

/** Lays down what processes in a folder do, message by message. */
export function prepareTalk(folder: string, steps: readonly Step[]): void {
  writeFileSync(join(folder, "steps.json"), JSON.stringify(steps));
  writeFileSync(join(folder, "heard.jsonl"), "");
}

/** What to do with the message that comes after those that were heard. */
export function stepAt(folder: string, index: number): Step {
  const steps = z.array(Step).parse(JSON.parse(readFileSync(join(folder, "steps.json"), "utf8")));
  return steps[index] ?? { do: "answer", text: `There is no step ${index}` };
}

/** All messages that processes of this folder got, in order. */
export function readHeard(folder: string): Heard[] {
  const lines = readFileSync(join(folder, "heard.jsonl"), "utf8").split("\n").filter(Boolean);
  return lines.map((line) => Heard.parse(JSON.parse(line)));
}

/** Notes a message. */
export function addHeard(folder: string, heard: Heard): void {
  appendFileSync(join(folder, "heard.jsonl"), `${JSON.stringify(heard)}\n`);
}
