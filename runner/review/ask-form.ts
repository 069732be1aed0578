import { CicdError, type ErrorCode } from "#shared/error.ts";
import type { Parsed } from "./parse.ts";
import { answered, type Say, type Spent, spent } from "./talk.ts";

/** Something that is asked for in a form. */
export interface FormRequest<T> {
  /** Names the message: each is said once in an attempt. */
  readonly step: string;
  readonly prompt: string;
  /** Reads an answer. */
  readonly read: (answer: string) => Promise<Parsed<T>> | Parsed<T>;
  /** What is to be read, for the error where it can't be; the code is that error's. */
  readonly what: string;
  readonly code: Extract<ErrorCode, "review_unparsable" | "answer_unparsable">;
}

/**
 * Asks for an answer in a form, and once more when it can't be used.
 * @throws CicdError of the request's code after the second answer, and what `ask` throws.
 */
export async function askInForm<T>(
  say: Say,
  { step, prompt, read, what, code }: FormRequest<T>,
): Promise<Spent & { readonly value: T }> {
  const first = answered((await say(step, prompt)) ?? (await say("repeat", repeatPrompt)));
  const parsed = await read(first.text);
  if (parsed.ok) return { value: parsed.value, ...spent([first]) };
  const second = await say("repair", repairPrompt(parsed.reason));
  const repaired = await read(second?.text ?? "");
  if (second && repaired.ok) return { value: repaired.value, ...spent([first, second]) };
  const reason = repaired.ok ? parsed.reason : repaired.reason;
  throw new CicdError(code, `Cannot read ${what}, asked twice: ${reason}`, {
    hint: "Run it again; if it stays, try another claude.model",
  });
}

/** Asks once more for an answer that could not be used. */
function repairPrompt(reason: string): string {
  return `Your answer could not be read: ${reason}. Send it again: only the fenced JSON block, with the schema that you were given.`;
}

/** Asks for an answer that was given before but never reached us. */
const repeatPrompt =
  "Your last answer was lost on its way. Send it again: only the fenced JSON block.";
