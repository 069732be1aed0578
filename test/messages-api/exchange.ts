import type { IncomingMessage, ServerResponse } from "node:http";
import { text as readAll } from "node:stream/consumers";
import { unlessAborted } from "#shared/unless-aborted.ts";
import { classify } from "./classify.ts";
import { watchHangUp } from "./hang-up.ts";
import type { Responder } from "./reply.ts";
import type { RequestLog } from "./request-log.ts";
import { sendReply } from "./send-reply.ts";
import { answerSide } from "./side-answer.ts";
import { type PromptCache, uncachedUsage } from "./usage.ts";
import { wireId } from "./wire-id.ts";

/** What an exchange needs of the running stand-in. */
export interface ExchangeContext {
  readonly log: RequestLog;
  readonly cache: PromptCache;
  readonly apiKey: string | undefined;
  readonly respond: Responder;
}

/** Reads one HTTP request, records it and answers it; rejects when the client hangs up. */
export async function exchange(
  incoming: IncomingMessage,
  response: ServerResponse,
  { log, cache, apiKey, respond }: ExchangeContext,
): Promise<void> {
  const at = performance.timeOrigin + performance.now();
  const { signal, aborted } = watchHangUp(response);
  const { method = "GET", url = "/", headers } = incoming;
  const path = url.split("?", 1)[0] ?? url;
  const received = { at, method, path, headers, raw: await readAll(incoming) };
  const characters = received.raw.length;
  const to = { response, signal, id: wireId("msg") };

  const kind = classify(received, apiKey);
  if (kind.kind !== "conversation") {
    log.addSide({ ...received, kind: kind.kind });
    return await answerSide(kind, characters, { ...to, inputUsage: uncachedUsage(characters) });
  }
  const { body } = kind;
  const sessionId = headers["x-claude-code-session-id"]?.toString() ?? "";
  const request = { ...received, body, sessionId, index: log.requests.length, signal, aborted };
  const count = log.add(request);
  const reply = await unlessAborted(Promise.resolve(respond(request, count)), signal);
  const usage = cache.read(sessionId, characters);
  await sendReply(reply, { ...to, model: body.model, stream: body.stream, inputUsage: usage });
}
