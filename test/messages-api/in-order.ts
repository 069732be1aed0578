import { apiError } from "./api-error.ts";
import type { Reply, Responder } from "./reply.ts";

/** Gives each session these replies one after the other, then a 400 that names the surplus. */
export function inOrder(...replies: readonly Reply[]): Responder {
  return (_request, count) =>
    replies[count] ??
    apiError(400, {
      message: `Script has ${replies.length} replies, this is request ${count + 1}`,
    });
}
