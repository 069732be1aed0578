import * as z from "zod";
import { type FakeAnswer, type FakeRequest, startFake } from "./fake-server.ts";
import { giteaApi } from "./gitea-api.ts";
import { type FakeForge, type FakeJob, pullAnswer } from "./page.ts";
import { paged } from "./paged.ts";

interface Comment {
  readonly id: number;
  readonly author: string;
  body: string;
  readonly at?: string;
  /** The review that it came with; none for one on the page as a whole. */
  readonly review?: number;
}

const Body = z.object({ body: z.string() });
const Review = z.object({
  comments: z.array(Body.extend({ path: z.string(), new_position: z.int() })),
});
const Status = z.object({ state: z.string(), description: z.string() });

/** Gitea with one pull request. */
export async function startFakeGitea(): Promise<FakeForge> {
  const self = "our-account";
  const comments: Comment[] = [];
  const permissions = new Map<string, string>();
  const jobs: FakeJob[] = [];
  const statuses = new Map<string, z.infer<typeof Status>>();
  let reviews = 0;
  const add = (comment: Omit<Comment, "id">): FakeAnswer => {
    const id = comments.length + 1;
    comments.push({ ...comment, id });
    return { status: 201, body: { id } };
  };
  const userOf = (author: string) => ({ id: author === self ? 1 : 2, login: author });
  const toAnswer = ({ id, author, body }: Comment) => ({ id, body, user: userOf(author) });
  const handle = ({ route, parameters, query, body }: FakeRequest): FakeAnswer => {
    switch (route.replace("/repos/{owner}/{repo}", "")) {
      case "GET /user":
        return { status: 200, body: userOf(self) };
      case "GET /collaborators/{collaborator}/permission": {
        const permission = permissions.get(parameters.collaborator ?? "");
        return permission === undefined
          ? { status: 404, body: { message: "user does not exist" } }
          : { status: 200, body: { permission, role_name: permission } };
      }
      case "GET /actions/runs/{run}/jobs": {
        const told = paged(query, jobs).map(({ id, name, isFailed }) => {
          return { id, name, status: "completed", conclusion: isFailed ? "failure" : "success" };
        });
        return { status: 200, body: { jobs: told, total_count: jobs.length } };
      }
      case "GET /actions/jobs/{job_id}/logs": {
        const job = jobs.find(({ id }) => String(id) === parameters.job_id);
        if (job?.log === undefined) return { status: 404, body: { message: "Not Found" } };
        return { status: 200, text: job.log };
      }
      case "GET /issues/{index}/comments": {
        const onPage = comments.filter(({ at }) => at === undefined);
        return { status: 200, body: onPage.map(toAnswer) };
      }
      case "POST /issues/{index}/comments":
        return add({ author: self, ...Body.parse(body) });
      case "PATCH /issues/comments/{id}": {
        const comment = comments.find(({ id }) => String(id) === parameters.id);
        if (comment === undefined) return { status: 404, body: { message: "Not Found" } };
        comment.body = Body.parse(body).body;
        return { status: 200, body: toAnswer(comment) };
      }
      case "GET /pulls/{index}":
        return pullAnswer;
      case "GET /pulls/{index}/reviews": {
        const all = Array.from({ length: reviews }, (_, index) => {
          const ofReview = comments.filter(({ review }) => review === index + 1);
          const [first] = ofReview;
          const user = userOf(first?.author ?? self);
          return { id: index + 1, user, comments_count: ofReview.length };
        });
        return { status: 200, body: paged(query, all) };
      }
      case "GET /pulls/{index}/reviews/{id}/comments": {
        const ofReview = comments.filter(({ review }) => String(review) === parameters.id);
        return { status: 200, body: ofReview.map(toAnswer) };
      }
      case "POST /pulls/{index}/reviews": {
        reviews += 1;
        for (const { path, new_position, body: said } of Review.parse(body).comments) {
          add({ author: self, body: said, at: `${path}:${new_position}`, review: reviews });
        }
        return { status: 200, body: { id: reviews } };
      }
      case "POST /statuses/{sha}":
        statuses.set(parameters.sha ?? "", Status.parse(body));
        return { status: 201, body: {} };
      default:
        return { status: 500, body: { message: `Not faked: ${route}` } };
    }
  };
  const server = await startFake(giteaApi, (request) => {
    const isKnown = request.headers.authorization === "token the-forge-token";
    return isKnown ? handle(request) : { status: 401, body: { message: "401 Unauthorized" } };
  });
  return {
    server,
    self,
    comments: () => comments.map(({ author, body, at }) => ({ author, body, ...(at && { at }) })),
    states: () =>
      [...statuses].map(([sha, { state, description: title }]) => ({ sha, state, title })),
    say: (author, body, at) => {
      if (at !== undefined) reviews += 1;
      add({ author, body, ...(at !== undefined && { at, review: reviews }) });
      return { id: String(comments.length) };
    },
    permissions,
    jobs,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
