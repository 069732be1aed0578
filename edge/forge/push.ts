import * as z from "zod";
import { type Forge, type Repository as RepositoryTold, type Sender, Sha } from "#shared/event.ts";
import type { PushEvent } from "#shared/task-event.ts";
import type { Normalized } from "./forge.ts";
import { defined } from "./github-like.ts";

/** The fields of a push that all forges tell alike. */
export const Pushed = z.object({
  ref: z.string().min(1).max(1024),
  /** All zeros when the branch is gone. */
  after: z.string().max(64),
});

/** A push in forge-neutral form. */
export function pushed(
  forge: Forge,
  { ref, after }: z.infer<typeof Pushed>,
  repository: RepositoryTold,
  sender: Sender,
): Normalized {
  const isGone = /^0+$/.test(after) || !Sha.safeParse(after).success;
  const event: PushEvent = defined({
    type: "push" as const,
    forge,
    repository,
    ref,
    after: isGone ? undefined : after,
    sender,
  });
  return { kind: "event", event };
}
