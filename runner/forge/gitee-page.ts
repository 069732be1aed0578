import * as z from "zod";
import type { JsonApi } from "./json-api.ts";
import { once } from "./once.ts";
import type { LineComment, OwnComment, Page, PageOf } from "./page.ts";
import { positionsIn } from "./patch-positions.ts";

const User = z.object({ id: z.int() });
const Comment = z.object({
  id: z.int(),
  body: z.string(),
  user: User.nullish(),
  /** `diff_comment` or `pr_comment`. */
  comment_type: z.string().nullish(),
});
const ChangedFile = z.object({
  filename: z.string(),
  patch: z.object({ diff: z.string().nullish() }).nullish(),
});
const Anything = z.unknown();

/**
 * The page of a pull request on Gitee. It shows no state of a commit: Gitee lets nobody but an
 * administrator of the repository write one.
 */
export function giteePage({ repository, pull_request }: PageOf, api: JsonApi): Page {
  const repo = `/repos/${repository.owner}/${repository.name}`;
  const pull = `${repo}/pulls/${pull_request.number}`;
  const self = once(async () => (await api.send(User, "GET", "/user")).id);
  return {
    report: async () => {},
    comments: async () => {
      const id = await self();
      const all = await api.list(Comment, `${pull}/comments`);
      return all.filter(({ user }) => user?.id === id).map(toOwnComment);
    },
    addPageComment: async (body) => {
      await api.send(Anything, "POST", `${pull}/comments`, { body: { body } });
    },
    // Gitee's API adds to no thread.
    addReply: async () => false,
    addLineComments: async (comments, headSha) => {
      if (comments.length === 0) return [];
      // Not git's own diff: Gitee counts the lines of the one that it shows.
      const files = await api.send(z.array(ChangedFile), "GET", `${pull}/files`);
      const patches = new Map(files.map(({ filename, patch }) => [filename, patch?.diff ?? ""]));
      const refused: LineComment[] = [];
      for (const comment of comments) {
        const { path, line } = comment.place;
        const position = positionsIn(patches.get(path) ?? "").get(line);
        if (position === undefined) refused.push(comment);
        else {
          const body = { body: comment.body, commit_id: headSha, path, position };
          await api.send(Anything, "POST", `${pull}/comments`, { body });
        }
      }
      return refused;
    },
    edit: async ({ id }, body) => {
      await api.send(Anything, "PATCH", `${repo}/pulls/comments/${id}`, { body: { body } });
    },
    // Gitee's API does not mark threads.
  };
}

function toOwnComment({ id, body, comment_type }: z.infer<typeof Comment>): OwnComment {
  return { id: String(id), body, kind: comment_type === "diff_comment" ? "line" : "page" };
}
