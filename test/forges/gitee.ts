import * as z from "zod";
import { type FakeAnswer, type FakeRequest, startFake } from "./fake-server.ts";
import { giteeApi } from "./gitee-api.ts";
import { type FakeForge, type FakeJob, pullAnswer } from "./page.ts";
import { paged } from "./paged.ts";

interface Comment {
  readonly id: number;
  readonly author: string;
  body: string;
  readonly at?: string;
}

const Body = z.object({ body: z.string() });
const New = Body.extend({ path: z.string().optional(), position: z.int().optional() });

/** Gitee with one pull request; `diff` gives the patch that it shows of a file, with its position. */
export async function startFakeGitee(): Promise<FakeForge> {
  const self = "our-account";
  const comments: Comment[] = [];
  const permissions = new Map<string, string>();
  const jobs: FakeJob[] = [];
  const add = (comment: Omit<Comment, "id">): FakeAnswer => {
    const id = comments.length + 1;
    comments.push({ ...comment, id });
    return { status: 201, body: { id } };
  };
  const toAnswer = ({ id, author, body, at }: Comment) => ({
    id,
    body,
    user: { id: author === self ? 1 : 2, login: author },
    comment_type: at === undefined ? "pr_comment" : "diff_comment",
  });
  const handle = ({ route, parameters, query, body }: FakeRequest): FakeAnswer => {
    switch (route) {
      case "GET /user":
        return { status: 200, body: { id: 1 } };
      case "GET /repos/{owner}/{repo}/collaborators/{username}/permission": {
        const permission = permissions.get(parameters.username ?? "");
        return permission === undefined
          ? { status: 404, body: { message: "404 Project Member Not Found" } }
          : { status: 200, body: { permission } };
      }
      case "GET /repos/{owner}/{repo}/pulls/{number}":
        return pullAnswer;
      case "GET /repos/{owner}/{repo}/pulls/{number}/files":
        return { status: 200, body: [{ filename: "src/pay.ts", patch: { diff: patch } }] };
      case "GET /repos/{owner}/{repo}/pulls/{number}/comments":
        return { status: 200, body: paged(query, comments).map(toAnswer) };
      case "POST /repos/{owner}/{repo}/pulls/{number}/comments": {
        const { path, position, body: said } = New.parse(body);
        const place = path === undefined ? {} : { at: `${path}:${lineAt(position ?? 0)}` };
        return add({ author: self, body: said, ...place });
      }
      case "PATCH /repos/{owner}/{repo}/pulls/comments/{id}": {
        const comment = comments.find(({ id }) => String(id) === parameters.id);
        if (comment === undefined) return { status: 404, body: { message: "Not Found" } };
        comment.body = Body.parse(body).body;
        return { status: 200, body: toAnswer(comment) };
      }
      default:
        return { status: 500, body: { message: `Not faked: ${route}` } };
    }
  };
  const server = await startFake(giteeApi, (request) => {
    const isKnown = request.headers.authorization === "token the-forge-token";
    return isKnown ? handle(request) : { status: 401, body: { message: "401 Unauthorized" } };
  });
  return {
    server,
    self,
    comments: () => comments.map(({ author, body, at }) => ({ author, body, ...(at && { at }) })),
    states: () => [],
    say: (author, body, at) => {
      add({ author, body, ...(at !== undefined && { at }) });
      const id = String(comments.length);
      return { id, thread: id };
    },
    permissions,
    jobs,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Two lines taken away above the added ones, so that a position is no line of the file. */
const length = 40;
const patch = [
  "--- a/src/pay.ts",
  "+++ b/src/pay.ts",
  `@@ -1,2 +1,${length} @@`,
  "-old();",
  "-older();",
  ...Array.from({ length }, (_, index) => `+line${index + 1}();`),
].join("\n");

function lineAt(position: number): number {
  return position - 2;
}
