import * as z from "zod";

/** What all good answers to webhooks have: the task, or that there is none. */
const Ours = z.union([z.object({ task_id: z.string() }), z.object({ ignored: z.literal(true) })]);

/** Whether the answer that a forge has kept is one of this edge, and not of something before it. */
export function answeredByUs(body: unknown): boolean {
  if (typeof body !== "string") return false;
  try {
    return Ours.safeParse(JSON.parse(body)).success;
  } catch {
    return false;
  }
}
