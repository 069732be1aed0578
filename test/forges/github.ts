import { readFileSync } from "node:fs";
import { validate } from "@octokit/graphql-schema";
import * as z from "zod";
import { ApiDescription } from "./contract.ts";
import { type FakeAnswer, type FakeRequest, startFake } from "./fake-server.ts";
import { fakeCheckRuns } from "./github-check-runs.ts";
import { type FakeForge, type FakeJob, pullAnswer } from "./page.ts";
import { paged } from "./paged.ts";

/** The requests of ours in GitHub's OpenAPI description (`@octokit/openapi` 23.0.2), and GraphQL. */
const description = ApiDescription.parse({
  ...JSON.parse(readFileSync(new URL("github-api.json", import.meta.url), "utf8")),
  /** No part of the API: where it sends who wants a log. */
  "GET /storage/{id}": { query: {} },
  "POST /graphql": {
    query: {},
    body: {
      type: "object",
      required: ["query"],
      properties: { query: { type: "string" }, variables: { type: "object" } },
    },
  },
});

/** Who our token belongs to: a person, or an App, which alone may make check runs. */
export interface FakeGitHubOptions {
  readonly as?: "token" | "app";
  /** How long a token of the App lasts, in milliseconds; default an hour. */
  readonly tokenLasts?: number;
  /** Whether our account may resolve threads; default true. */
  readonly resolves?: boolean;
  /** Whether a line can be commented on; default all. */
  readonly hasLine?: (path: string, line: number) => boolean;
}

/** The pull request that others talk on. */
const ofOthers = 7;

interface Comment {
  readonly id: number;
  readonly pull: number;
  readonly login: string;
  body: string;
  readonly at?: string;
  /** The comment that began its thread; none for one that began its own. */
  readonly to?: number;
  isSettled?: boolean;
}

const Body = z.object({ body: z.string() });
const Review = Body.extend({
  comments: z.array(Body.extend({ path: z.string(), line: z.int() })),
});
const GraphQl = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
});
const Status = z.object({ state: z.string(), description: z.string() });
const missing: FakeAnswer = { status: 404, body: { message: "Not Found" } };

/** GitHub with any number of pull requests; `annotations` are those of all check runs. */
export async function startFakeGitHub({
  as = "token",
  tokenLasts = 3_600_000,
  resolves = true,
  hasLine = () => true,
}: FakeGitHubOptions = {}): Promise<FakeForge & { annotations(): string[] }> {
  const self = as === "app" ? "our-app[bot]" : "our-account";
  const token = as === "app" ? "ghs_installation" : "the-forge-token";
  const comments: Comment[] = [];
  const permissions = new Map<string, string>();
  const jobs: FakeJob[] = [];
  const checks = fakeCheckRuns(as === "app");
  const statuses = new Map<string, { state: string; title: string }>();
  let ids = 100;
  const add = (comment: Omit<Comment, "id">) => {
    ids += 1;
    comments.push({ ...comment, id: ids });
    return ids;
  };
  const listed = (request: FakeRequest, isWanted: (comment: Comment) => boolean): FakeAnswer => {
    const wanted = comments.filter((one) => one.pull === pullOf(request) && isWanted(one));
    const page = paged(request.query, wanted);
    return {
      status: 200,
      body: page.map(({ id, login, body, to }) => ({
        id,
        user: { login },
        body,
        ...(to !== undefined && { in_reply_to_id: to }),
      })),
    };
  };
  const edited = (id: string | undefined, request: FakeRequest): FakeAnswer => {
    const comment = comments.find((one) => String(one.id) === id);
    if (comment === undefined) return missing;
    comment.body = Body.parse(request.body).body;
    return { status: 200, body: { id: comment.id } };
  };
  const review = (request: FakeRequest): FakeAnswer => {
    const { comments: onLines } = Review.parse(request.body);
    const isRefused = onLines.some(({ path, line }) => !hasLine(path, line));
    if (isRefused) return { status: 422, body: { message: "Line could not be resolved" } };
    const pull = pullOf(request);
    for (const { path, line, body } of onLines) {
      add({ pull, login: self, body, at: `${path}:${line}` });
    }
    return { status: 200, body: { id: 1 } };
  };
  const graphql = (request: FakeRequest): FakeAnswer => {
    const { query, variables } = GraphQl.parse(request.body);
    server.problems.push(...validate(query).map(String));
    if (query.startsWith("query")) {
      const nodes = comments.flatMap(({ id, pull, at, to, isSettled: isResolved = false }) =>
        at === undefined || to !== undefined || pull !== variables.number
          ? []
          : [{ id: `thread-${id}`, isResolved, comments: { nodes: [{ databaseId: id }] } }],
      );
      const from = Number(variables.after ?? 0);
      const pageInfo = { hasNextPage: nodes.length > from + 1, endCursor: String(from + 1) };
      // One a page, so that more than one is read.
      const reviewThreads = { pageInfo, nodes: nodes.slice(from, from + 1) };
      return { status: 200, body: { data: { repository: { pullRequest: { reviewThreads } } } } };
    }
    const comment = comments.find(({ id }) => `thread-${id}` === variables.id);
    if (!resolves || comment === undefined) {
      const message = "Resource not accessible by integration";
      return { status: 200, body: { data: null, errors: [{ type: "FORBIDDEN", message }] } };
    }
    comment.isSettled = query.includes(" resolveReviewThread");
    return { status: 200, body: { data: {} } };
  };
  const handle = (request: FakeRequest): FakeAnswer => {
    const { parameters } = request;
    switch (request.route) {
      case "POST /graphql":
        return graphql(request);
      case "GET /user":
        return { status: 200, body: { login: self } };
      case "GET /app":
        return { status: 200, body: { slug: "our-app" } };
      case "GET /repos/{owner}/{repo}/installation":
        return { status: 200, body: { id: 7 } };
      case "POST /app/installations/{installation_id}/access_tokens": {
        const expires_at = new Date(Date.now() + tokenLasts).toISOString();
        return { status: 201, body: { token, expires_at, permissions: {} } };
      }
      case "GET /repos/{owner}/{repo}/issues/{issue_number}/comments":
        return listed(request, ({ at }) => at === undefined);
      case "GET /repos/{owner}/{repo}/pulls/{pull_number}":
        return pullAnswer;
      case "GET /repos/{owner}/{repo}/pulls/{pull_number}/comments":
        return listed(request, ({ at }) => at !== undefined);
      case "POST /repos/{owner}/{repo}/issues/{issue_number}/comments":
        return {
          status: 201,
          body: { id: add({ pull: pullOf(request), login: self, ...Body.parse(request.body) }) },
        };
      case "POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies": {
        const first = comments.find(({ id }) => String(id) === parameters.comment_id);
        if (first?.at === undefined || first.to !== undefined) return missing;
        const { body } = Body.parse(request.body);
        const reply = { pull: first.pull, body, at: `reply to ${first.id}`, to: first.id };
        return { status: 201, body: { id: add({ login: self, ...reply }) } };
      }
      case "GET /repos/{owner}/{repo}/collaborators/{username}/permission": {
        const permission = permissions.get(parameters.username ?? "");
        return permission === undefined
          ? missing
          : { status: 200, body: { permission, role_name: permission, user: null } };
      }
      case "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews":
        return review(request);
      case "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}":
      case "PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}":
        return edited(parameters.comment_id, request);
      case "POST /repos/{owner}/{repo}/statuses/{sha}": {
        const { state, description: title } = Status.parse(request.body);
        statuses.set(parameters.sha ?? "", { state, title });
        return { status: 201, body: { id: 1 } };
      }
      case "GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs": {
        const told = paged(request.query, jobs).map(({ id, name, isFailed }) => {
          return { id, name, conclusion: isFailed ? "failure" : "success" };
        });
        return parameters.run_id === "9" ? { status: 200, body: { jobs: told } } : missing;
      }
      case "GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs": {
        const job = jobs.find(({ id }) => String(id) === parameters.job_id);
        if (job?.log === undefined) return { status: 410, body: { message: "Gone" } };
        return { status: 302, headers: { location: `${server.url}/api/storage/${job.id}` } };
      }
      case "GET /repos/{owner}/{repo}/commits/{ref}/check-runs":
        return checks.list(request);
      case "POST /repos/{owner}/{repo}/check-runs":
        return checks.create(request);
      case "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}":
        return checks.update(request);
      default:
        return { status: 500, body: { message: `Not faked: ${request.route}` } };
    }
  };
  const server = await startFake(description, (request) => {
    const { authorization = "" } = request.headers;
    if (request.route === "GET /storage/{id}") {
      if (authorization !== "") server.problems.push("the token was sent to where logs are kept");
      const job = jobs.find(({ id }) => String(id) === request.parameters.id);
      return { status: 200, text: job?.log ?? "" };
    }
    const isKnown =
      authorization === `token ${token}` || (as === "app" && /^bearer ey/i.test(authorization));
    return isKnown ? handle(request) : { status: 401, body: { message: "Bad credentials" } };
  });
  return {
    server,
    self,
    comments: () =>
      comments.map(({ pull, login: author, body, at, isSettled = false }) => ({
        pull,
        author,
        body,
        ...(at && { at, isSettled }),
      })),
    states: () => [
      ...checks.runs.map(({ sha, state, title }) => ({ sha, state, title })),
      ...[...statuses].map(([sha, { state, title }]) => ({ sha, state, title })),
    ],
    annotations: () => checks.runs.flatMap(({ annotations }) => annotations),
    say: (author, body, at) => {
      const id = String(
        add({ pull: ofOthers, login: author, body, ...(at !== undefined && { at }) }),
      );
      return { id, ...(at !== undefined && { thread: id }) };
    },
    permissions,
    jobs,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function pullOf({ parameters }: FakeRequest): number {
  return Number(parameters.pull_number ?? parameters.issue_number);
}
