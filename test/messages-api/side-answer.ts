import type { Classified } from "./classify.ts";
import { text } from "./reply.ts";
import { sendError, sendJson } from "./send-json.ts";
import { type Destination, sendReply } from "./send-reply.ts";
import { tokensOf } from "./usage.ts";

/** A request that is no part of a conversation. */
export type SideClassified = Exclude<Classified, { kind: "conversation" }>;

/** Answers what no script has to know about. */
export async function answerSide(
  side: SideClassified,
  characters: number,
  to: Omit<Destination, "stream" | "model">,
): Promise<void> {
  switch (side.kind) {
    case "health":
      to.response.writeHead(200).end();
      return;
    case "count_tokens":
      return sendJson(to.response, { input_tokens: tokensOf(characters) });
    case "structured": {
      const { model, stream } = side.body;
      const answer = Object.fromEntries(side.fields.map((field) => [field, `Stand-in ${field}`]));
      return await sendReply(text(JSON.stringify(answer)), { ...to, model, stream });
    }
    case "refused":
    case "unknown":
      return sendError(to.response, side.error);
  }
}
