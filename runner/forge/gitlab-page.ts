import * as z from "zod";
import { CicdError } from "#shared/error.ts";
import type { JsonApi } from "./json-api.ts";
import { once } from "./once.ts";
import type { LineComment, OwnComment, Page, PageOf, Report } from "./page.ts";
import { unlessGone } from "./unless-gone.ts";

const User = z.object({ id: z.int() });
const Note = z.object({ id: z.int(), body: z.string(), author: User, system: z.boolean() });
const Discussion = z.object({
  id: z.string(),
  individual_note: z.boolean(),
  notes: z.array(Note.extend({ type: z.string().nullish() })),
});
const Version = z.object({
  base_commit_sha: z.string(),
  head_commit_sha: z.string(),
  start_commit_sha: z.string(),
});
const Anything = z.unknown();

const states: Readonly<Record<Report["state"], string>> = {
  running: "running",
  clean: "success",
  found: "success",
  blocked: "failed",
  failed: "failed",
  cancelled: "canceled",
};

/** The longest description of a status that GitLab takes. */
const longestDescription = 255;

/** The page of a merge request on GitLab; `name` is what the status of its commit is called. */
export function gitlabPage({ repository, pull_request }: PageOf, api: JsonApi, name: string): Page {
  const project = `/projects/${encodeURIComponent(`${repository.owner}/${repository.name}`)}`;
  const request = `${project}/merge_requests/${pull_request.number}`;
  const self = once(async () => (await api.send(User, "GET", "/user")).id);
  return {
    report: async ({ headSha, state, title, isOutdated = false }) => {
      if (isOutdated) return;
      const description = title.slice(0, longestDescription);
      const body = { state: states[state], name, description };
      try {
        await api.send(Anything, "POST", `${project}/statuses/${headSha}`, { body });
      } catch (error) {
        if (!isNoTransition(error) && !(pull_request.fork !== false && isRefusal(error)))
          throw error;
      }
    },
    comments: async () => {
      const id = await self();
      const discussions = await api.list(Discussion, `${request}/discussions`);
      return discussions.flatMap(({ id: threadId, notes }) =>
        notes.flatMap((note, index): OwnComment[] => {
          if (note.system || note.author.id !== id) return [];
          if (index > 0) return [{ id: String(note.id), body: note.body, kind: "reply", threadId }];
          return [toOwnComment(threadId, note, note.type === "DiffNote")];
        }),
      );
    },
    addPageComment: async (body) => {
      await api.send(Anything, "POST", `${request}/notes`, { body: { body } });
    },
    addReply: async (thread, body) => {
      const notes = `${request}/discussions/${encodeURIComponent(thread)}/notes`;
      return await unlessGone(() => api.send(Anything, "POST", notes, { body: { body } }));
    },
    addLineComments: async (comments, headSha) => {
      if (comments.length === 0) return [];
      const versions = await api.list(Version, `${request}/versions`);
      const version = versions.find(({ head_commit_sha }) => head_commit_sha === headSha);
      if (version === undefined) return [...comments];
      const refused: LineComment[] = [];
      for (const comment of comments) {
        const body = { body: comment.body, position: positionOf(comment, version) };
        try {
          await api.send(Anything, "POST", `${request}/discussions`, { body });
        } catch (error) {
          // GitLab shows less of a very large diff than git does.
          if (!(error instanceof CicdError && error.code === "forge_rejected")) throw error;
          refused.push(comment);
        }
      }
      return refused;
    },
    edit: async ({ id }, body) => {
      await api.send(Anything, "PUT", `${request}/notes/${id}`, { body: { body } });
    },
    settle: async ({ threadId }, resolved) => {
      if (threadId === undefined) return;
      await api.send(Anything, "PUT", `${request}/discussions/${threadId}`, { body: { resolved } });
    },
  };
}

function toOwnComment(
  threadId: string,
  { id, body }: z.infer<typeof Note>,
  isOnLine: boolean,
): OwnComment {
  return { id: String(id), body, ...(isOnLine ? { kind: "line", threadId } : { kind: "page" }) };
}

function positionOf({ place }: LineComment, version: z.infer<typeof Version>) {
  return {
    position_type: "text",
    base_sha: version.base_commit_sha,
    start_sha: version.start_commit_sha,
    head_sha: version.head_commit_sha,
    new_path: place.path,
    old_path: place.previous_path ?? place.path,
    new_line: place.line,
  };
}

/** The commit of a fork belongs to the fork's project, which our account need not be in. */
function isRefusal(error: unknown): boolean {
  const refusals = ["forge_refused", "forge_rejected"];
  return error instanceof CicdError && refusals.includes(error.code);
}

/** GitLab refuses a state that the status has already: what an earlier try did. */
function isNoTransition(error: unknown): boolean {
  return (
    error instanceof CicdError &&
    error.code === "forge_rejected" &&
    /cannot transition status/i.test(error.message)
  );
}
