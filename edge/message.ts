import { type MessageAccepted, MessageAnswer } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { type LinkOptions, taskLinks } from "./link.ts";
import { type RelayContext, relay } from "./relay.ts";
import { retryAfter } from "./runner-client.ts";

/** What relaying a message needs besides the request. */
export interface MessageContext extends RelayContext {
  /** Base of the links; default: the origin of the request. */
  readonly publicUrl: string | undefined;
  readonly link: LinkOptions;
  readonly now: () => number;
}

/**
 * Relays what somebody says to a session, and adds where to follow what comes of it.
 * @throws CicdError as {@link relay} does.
 */
export async function relayMessage(request: Request, context: MessageContext): Promise<Response> {
  const answer = await relay(request, { ...context, isOnce: true });
  if (answer.status !== 202) return answer;
  const { success, data } = MessageAnswer.safeParse(await answer.json());
  if (!success) {
    const message = "Cannot relay message: unexpected answer 202 of the runner";
    throw new CicdError("runner_unavailable", message, { retryAfter });
  }
  const { publicUrl = new URL(request.url).origin, link, now } = context;
  const links = await taskLinks(publicUrl, data.task_id, link, now());
  const accepted: MessageAccepted = { ...data, ...links };
  return Response.json(accepted, { status: 202 });
}
