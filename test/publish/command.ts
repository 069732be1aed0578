import type { TaskKind } from "#shared/task.ts";
import type { Authorization } from "#shared/task-event.ts";
import type { Said } from "../forges/page.ts";
import type { Scene } from "./scene.ts";

/** A command in a comment, as the edge hands it over. */
export interface Command {
  readonly kind: TaskKind;
  /** The comment. */
  readonly said: Said;
  readonly message?: string;
  /** Default mona. */
  readonly author?: string;
  /** Default verified. */
  readonly authorization?: Authorization;
  /** Without the commits, as GitHub and Gitea tell a comment; default with them. */
  readonly isHeadless?: boolean;
}

/** The page of every comment. */
export const commentUrl = "https://forge.test/acme/shop/7#comment";

/** Lets a command arrive; resolves to the task's id. */
export async function command(
  scene: Scene,
  { kind, said, message, author = "mona", authorization = "verified", isHeadless }: Command,
): Promise<string> {
  const { pull_request, ...event } = scene.event();
  const { head, ...headless } = pull_request;
  const comment = { ...said, url: commentUrl, body: `/${kind}`, author };
  const about = { type: "comment", action: "created", comment, authorization } as const;
  const told = isHeadless === true ? headless : pull_request;
  return await scene.handOver(kind, { ...event, ...about, pull_request: told }, message);
}
