import { hookLine, permissionLine, refusalLine } from "./input.ts";
import type { ControlRequestMessage } from "./output.ts";
import { hookedToolOf, permissionRequestOf } from "./permission.ts";
import { notListed, notOffered, type Turn } from "./turn.ts";

/**
 * The line that answers a request of the CLI. Each gets one, so that it never waits for us in vain.
 * @param turn the one that runs; between two turns no tool may run.
 */
export async function answerTo(
  { request_id, request }: ControlRequestMessage,
  turn: Turn | undefined,
): Promise<string> {
  const tool = hookedToolOf(request);
  if (tool !== undefined) {
    const denial = turn?.offers(tool) ? undefined : notOffered.message;
    return hookLine(request_id, denial);
  }
  const asked = permissionRequestOf(request_id, request);
  if (asked === undefined) return refusalLine(request_id, request.subtype);
  return permissionLine(asked, (await turn?.decide(asked)) ?? notListed);
}
