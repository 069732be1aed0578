import * as z from "zod";
import { CicdError } from "#shared/error.ts";
import { everyPage } from "./every-page.ts";
import type { JsonApi } from "./json-api.ts";
import { once } from "./once.ts";
import type { OwnComment, Page, PageOf, Report } from "./page.ts";

const User = z.object({ id: z.int() });
const Comment = z.object({ id: z.int(), body: z.string(), user: User.nullish() });
const Review = z.object({
  id: z.int(),
  user: User.nullish(),
  comments_count: z.int().default(0),
});
const Anything = z.unknown();

const states: Readonly<Record<Report["state"], string>> = {
  running: "pending",
  clean: "success",
  found: "success",
  blocked: "failure",
  failed: "error",
  cancelled: "error",
};

/** Gitea gives out no longer pages, whatever is asked for. */
export const giteaPageSize = 50;

/** The page of a pull request on Gitea or Forgejo; `context` is what the status is called. */
export function giteaPage(
  { repository, pull_request }: PageOf,
  api: JsonApi,
  context: string,
): Page {
  const repo = `/repos/${repository.owner}/${repository.name}`;
  const issue = `${repo}/issues/${pull_request.number}`;
  const reviews = `${repo}/pulls/${pull_request.number}/reviews`;
  const self = once(async () => (await api.send(User, "GET", "/user")).id);
  const lineComments = async (): Promise<OwnComment[]> => {
    const id = await self();
    const all = await everyPage(
      ({ page }) =>
        api.send(z.array(Review), "GET", reviews, { query: { page, limit: giteaPageSize } }),
      giteaPageSize,
    );
    const ours = all.filter(({ user, comments_count }) => user?.id === id && comments_count > 0);
    const found: OwnComment[] = [];
    for (const review of ours) {
      const comments = await api.send(z.array(Comment), "GET", `${reviews}/${review.id}/comments`);
      const own = comments.filter(({ user }) => user?.id === id);
      found.push(...own.map((comment) => toOwnComment(comment, "line")));
    }
    return found;
  };
  return {
    report: async ({ headSha, state, title, isOutdated = false }) => {
      if (isOutdated) return;
      const body = { state: states[state], context, description: title };
      await api.send(Anything, "POST", `${repo}/statuses/${headSha}`, { body });
    },
    comments: async () => {
      const id = await self();
      // All at once: this list has no pages.
      const all = await api.send(z.array(Comment), "GET", `${issue}/comments`);
      const own = all.filter(({ user }) => user?.id === id);
      return [...own.map((comment) => toOwnComment(comment, "page")), ...(await lineComments())];
    },
    addPageComment: async (body) => {
      await api.send(Anything, "POST", `${issue}/comments`, { body: { body } });
    },
    // Gitea's API has no threads.
    addReply: async () => false,
    addLineComments: async (comments, headSha) => {
      if (comments.length === 0) return [];
      const lines = comments.map(({ place: { path, line }, body }) => ({
        path,
        body,
        new_position: line,
      }));
      const body = { event: "COMMENT", commit_id: headSha, body: "", comments: lines };
      try {
        await api.send(Anything, "POST", reviews, { body });
        return [];
      } catch (error) {
        if (error instanceof CicdError && error.code === "forge_rejected") return [...comments];
        throw error;
      }
    },
    edit: async ({ id }, body) => {
      await api.send(Anything, "PATCH", `${repo}/issues/comments/${id}`, { body: { body } });
    },
    // Gitea's API does not mark threads.
  };
}

function toOwnComment({ id, body }: z.infer<typeof Comment>, kind: OwnComment["kind"]): OwnComment {
  return { id: String(id), body, kind };
}
