import type { Octokit } from "@octokit/core";
import { CicdError } from "#shared/error.ts";
import { everyPage } from "./every-page.ts";
import type { ShowState } from "./github-state.ts";
import { settleThread } from "./github-threads.ts";
import type { LineComment, OwnComment, Page, PageOf } from "./page.ts";
import { unlessGone } from "./unless-gone.ts";

/** Who we are on GitHub, and how our token shows the state of a task. */
export interface GitHubAccount {
  readonly octokit: Octokit;
  /** The login that our comments have. */
  readonly login: string;
  readonly showState: ShowState;
  /** When its token ends, in epoch milliseconds; undefined for one that does not by itself. */
  readonly endsAt?: number;
}

/** What stands above the line comments of one review. */
const reviewBody = "Findings on the lines of this change; the summary is in a comment of its own.";

/** The page of a pull request on GitHub or GitHub Enterprise Server. */
export function githubPage(
  { repository, pull_request }: PageOf,
  account: () => Promise<GitHubAccount>,
): Page {
  const repo = { owner: repository.owner, repo: repository.name };
  const pull = { ...repo, pull_number: pull_request.number };
  const issue = { ...repo, issue_number: pull_request.number };
  const lines = async (): Promise<OwnComment[]> => {
    const { octokit, login } = await account();
    const all = await everyPage(async (page) => {
      const path = "GET /repos/{owner}/{repo}/pulls/{pull_number}/comments";
      return (await octokit.request(path, { ...pull, ...page })).data;
    });
    return all
      .filter(({ user }) => user?.login === login)
      .map(({ id, body, in_reply_to_id }) => {
        const kind = in_reply_to_id === undefined ? "line" : "reply";
        return { id: String(id), kind, body };
      });
  };
  const notes = async (): Promise<OwnComment[]> => {
    const { octokit, login } = await account();
    const all = await everyPage(async (page) => {
      const path = "GET /repos/{owner}/{repo}/issues/{issue_number}/comments";
      return (await octokit.request(path, { ...issue, ...page })).data;
    });
    return all
      .filter(({ user }) => user?.login === login)
      .map(({ id, body }) => ({ id: String(id), kind: "page", body: body ?? "" }));
  };
  /** In one review, of which people are told once. */
  const addLines = async (
    comments: readonly LineComment[],
    headSha: string,
  ): Promise<LineComment[]> => {
    if (comments.length === 0) return [];
    const { octokit } = await account();
    try {
      await octokit.request("POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews", {
        ...pull,
        commit_id: headSha,
        event: "COMMENT",
        body: reviewBody,
        comments: comments.map(toReviewComment),
      });
      return [];
    } catch (error) {
      // The branch was pushed again with force: GitHub has no such line, or commit, any more. Or it
      // does not show one of the files, as those of a very large diff: it then refuses all of them.
      if (!(error instanceof CicdError && error.code === "forge_rejected")) throw error;
      const files = Map.groupBy(comments, ({ place }) => place.path);
      if (files.size === 1) return [...comments];
      const refused: LineComment[] = [];
      for (const ofFile of files.values()) refused.push(...(await addLines(ofFile, headSha)));
      return refused;
    }
  };
  return {
    report: async (report) => {
      const { octokit, showState } = await account();
      await showState(octokit, repo, report);
    },
    comments: async () => [...(await notes()), ...(await lines())],
    addPageComment: async (body) => {
      const { octokit } = await account();
      const path = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
      await octokit.request(path, { ...issue, body });
    },
    addReply: async (thread, body) => {
      const { octokit } = await account();
      const path = "POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies";
      const comment_id = Number(thread);
      return await unlessGone(() => octokit.request(path, { ...pull, comment_id, body }));
    },
    addLineComments: addLines,
    edit: async ({ id, kind }, body) => {
      const { octokit } = await account();
      const comment = { ...repo, comment_id: Number(id), body };
      if (kind === "page") {
        await octokit.request("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", comment);
      } else {
        await octokit.request("PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}", comment);
      }
    },
    settle: async ({ id }, isSettled) => {
      const { octokit } = await account();
      await settleThread(octokit, pull, id, isSettled);
    },
  };
}

function toReviewComment({ place, body }: LineComment) {
  return { path: place.path, line: place.line, side: "RIGHT", body };
}
