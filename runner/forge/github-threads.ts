import type { Octokit } from "@octokit/core";
import * as z from "zod";

/** A pull request in GitHub's words. */
interface Pull {
  readonly owner: string;
  readonly repo: string;
  readonly pull_number: number;
}

const Threads = z.object({
  repository: z.object({
    pullRequest: z.object({
      reviewThreads: z.object({
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
        nodes: z.array(
          z.object({
            id: z.string(),
            isResolved: z.boolean(),
            comments: z.object({ nodes: z.array(z.object({ databaseId: z.number().nullable() })) }),
          }),
        ),
      }),
    }),
  }),
});

/** The queries, as GitHub's GraphQL API takes them: its REST API has no threads. */
const listThreads = `query ($owner: String!, $repo: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $repo) {
    pullRequest(number: $number) {
      reviewThreads(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { id isResolved comments(first: 1) { nodes { databaseId } } }
      }
    }
  }
}`;
const resolve =
  "mutation ($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { id } } }";
const unresolve =
  "mutation ($id: ID!) { unresolveReviewThread(input: {threadId: $id}) { thread { id } } }";

/**
 * Resolves the thread that a comment began, or opens it again. GitHub lets an account that may not
 * write contents do so in some cases alone: where it refuses, the thread stays as it is, and the
 * comment says what has become of it.
 */
export async function settleThread(
  octokit: Octokit,
  pull: Pull,
  commentId: string,
  isSettled: boolean,
): Promise<void> {
  try {
    const thread = await findThread(octokit, pull, commentId);
    if (thread === undefined || thread.isResolved === isSettled) return;
    await octokit.graphql(isSettled ? resolve : unresolve, { id: thread.id });
  } catch (error) {
    if (!(error instanceof Error && error.name === "GraphqlResponseError")) throw error;
  }
}

async function findThread(octokit: Octokit, { owner, repo, pull_number }: Pull, id: string) {
  let after: string | null = null;
  for (;;) {
    const answer: unknown = await octokit.graphql(listThreads, {
      ...{ owner, repo, number: pull_number, after },
    });
    const { data } = Threads.safeParse(answer);
    if (data === undefined) return undefined;
    const { nodes, pageInfo } = data.repository.pullRequest.reviewThreads;
    const found = nodes.find(({ comments }) => String(comments.nodes[0]?.databaseId) === id);
    if (found !== undefined || !pageInfo.hasNextPage) return found;
    after = pageInfo.endCursor;
  }
}
