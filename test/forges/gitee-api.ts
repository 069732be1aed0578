import type { ApiDescription } from "./contract.ts";

const text = { type: "string", minLength: 1 };
const pages = {
  page: { type: "integer", minimum: 1 },
  per_page: { type: "integer", minimum: 1, maximum: 100 },
};
const pull = "/repos/{owner}/{repo}/pulls/{number}";

/** The requests of ours as Gitee's description of API v5 has them. */
export const giteeApi: ApiDescription = {
  "GET /user": { query: {} },
  "GET /repos/{owner}/{repo}/collaborators/{username}/permission": { query: {} },
  [`GET ${pull}`]: { query: {} },
  [`GET ${pull}/files`]: { query: {} },
  [`GET ${pull}/comments`]: { query: { ...pages, comment_type: text } },
  [`POST ${pull}/comments`]: {
    query: {},
    body: {
      type: "object",
      required: ["body"],
      properties: {
        body: text,
        commit_id: { type: "string", pattern: "^[0-9a-f]{40}$" },
        path: text,
        /** In the diff, not in the file. */
        position: { type: "integer", minimum: 1 },
      },
      dependentRequired: { path: ["position"], position: ["path"] },
    },
  },
  "PATCH /repos/{owner}/{repo}/pulls/comments/{id}": {
    query: {},
    body: { type: "object", required: ["body"], properties: { body: text } },
  },
};
