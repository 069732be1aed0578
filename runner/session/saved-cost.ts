import { createReadStream } from "node:fs";
import * as z from "zod";
import { readLines } from "../claude/lines.ts";

/** The line by which the CLI saves what a conversation has cost, each time that it ends by itself. */
const CostState = z.looseObject({
  type: z.literal("cost-state"),
  totalCostUSD: z.number().nonnegative(),
});

const beginning = '{"type":"cost-state"';
/** Longer lines are of another kind. */
const maxLineBytes = 64 * 1024;

/**
 * What a conversation had cost when its CLI last saved that, in US dollars, by its transcript: a
 * process that resumes it counts on from there. Undefined where that is not there, or tells nothing.
 */
export async function savedCost(transcript: string): Promise<number | undefined> {
  let saved: number | undefined;
  try {
    for await (const line of readLines(createReadStream(transcript), maxLineBytes)) {
      if (line.kind !== "line" || !line.text.startsWith(beginning)) continue;
      const state = jsonOf(line.text);
      if (state !== undefined) saved = CostState.parse(state).totalCostUSD;
    }
    return saved;
  } catch {
    return undefined;
  }
}

/** A line that a full disk or a power cut has torn is none: the CLI goes by the one before. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
