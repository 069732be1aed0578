import * as z from "zod";
import { CicdError } from "#shared/error.ts";
import type { Route } from "#shared/route.ts";
import { retryAfter } from "./in-time.ts";
import { type LinkOptions, taskLinks } from "./link.ts";

/** What adding links to an answer needs. */
export interface AddLinksOptions {
  /** What the answer with its links has to be. */
  readonly route: Pick<Route, "answer" | "status">;
  readonly link: LinkOptions;
  /** Base of the links; default: the origin of the request. */
  readonly publicUrl: string | undefined;
  readonly now: () => number;
}

const WithTask = z.looseObject({ task_id: z.uuid() });

/**
 * Adds to an answer of the runner where its task can be followed. A problem stays as it is.
 * @throws CicdError `runner_unavailable` when the answer is none of this route.
 */
export async function addLinks(
  answer: Response,
  url: string,
  { route, link, publicUrl = new URL(url).origin, now }: AddLinksOptions,
): Promise<Response> {
  if (answer.status >= 400) return answer;
  const { data } = WithTask.safeParse(await answer.json());
  if (data !== undefined) {
    const links = taskLinks(publicUrl, data.task_id, link, now());
    const parsed = route.answer.safeParse({ ...data, ...links });
    if (parsed.success) return Response.json(parsed.data, { status: answer.status });
  }
  const message = `Cannot relay: unexpected answer ${answer.status} of the runner`;
  throw new CicdError("runner_unavailable", message, { retryAfter });
}
