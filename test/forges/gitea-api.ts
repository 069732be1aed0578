import type { ApiDescription } from "./contract.ts";

const text = { type: "string", minLength: 1 };
const pages = {
  page: { type: "integer", minimum: 1 },
  limit: { type: "integer", minimum: 1, maximum: 50 },
};
const comment = { type: "object", required: ["body"], properties: { body: text } };
const reviews = "/repos/{owner}/{repo}/pulls/{index}/reviews";

/** The requests of ours as the description of Gitea's API v1 has them. */
export const giteaApi: ApiDescription = {
  "GET /user": { query: {} },
  "GET /repos/{owner}/{repo}/collaborators/{collaborator}/permission": { query: {} },
  "GET /repos/{owner}/{repo}/actions/runs/{run}/jobs": { query: pages },
  "GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs": { query: {} },
  "GET /repos/{owner}/{repo}/issues/{index}/comments": { query: {} },
  "POST /repos/{owner}/{repo}/issues/{index}/comments": { query: {}, body: comment },
  "PATCH /repos/{owner}/{repo}/issues/comments/{id}": { query: {}, body: comment },
  "GET /repos/{owner}/{repo}/pulls/{index}": { query: {} },
  [`GET ${reviews}`]: { query: pages },
  [`GET ${reviews}/{id}/comments`]: { query: {} },
  [`POST ${reviews}`]: {
    query: {},
    body: {
      type: "object",
      properties: {
        body: { type: "string" },
        commit_id: { type: "string", pattern: "^[0-9a-f]{40}$" },
        event: { enum: ["APPROVED", "PENDING", "COMMENT", "REQUEST_CHANGES"] },
        comments: {
          type: "array",
          items: {
            type: "object",
            additionalProperties: false,
            properties: {
              body: text,
              path: text,
              new_position: { type: "integer" },
              old_position: { type: "integer" },
            },
          },
        },
      },
    },
  },
  "POST /repos/{owner}/{repo}/statuses/{sha}": {
    query: {},
    body: {
      type: "object",
      properties: {
        state: { enum: ["pending", "success", "error", "failure", "warning"] },
        context: text,
        description: { type: "string" },
        target_url: { type: "string" },
      },
    },
  },
};
