import type { ApiDescription } from "./contract.ts";

const text = { type: "string", minLength: 1 };
const sha = { type: "string", pattern: "^[0-9a-f]{40}$" };
const pages = {
  page: { type: "integer", minimum: 1 },
  per_page: { type: "integer", minimum: 1, maximum: 100 },
};
const note = { type: "object", required: ["body"], properties: { body: text } };
const request = "/projects/{id}/merge_requests/{iid}";

/** The requests of ours as GitLab's REST API v4 documents them: notes, discussions, commits. */
export const gitlabApi: ApiDescription = {
  "GET /user": { query: {} },
  "GET /projects/{id}/jobs/{job_id}/trace": { query: {} },
  "GET /projects/{id}/members/all": { query: { ...pages, query: text } },
  [`POST ${request}/discussions/{discussion_id}/notes`]: { query: {}, body: note },
  [`GET ${request}`]: { query: {} },
  [`GET ${request}/versions`]: { query: pages },
  [`GET ${request}/discussions`]: { query: pages },
  [`POST ${request}/notes`]: { query: {}, body: note },
  [`PUT ${request}/notes/{note_id}`]: { query: {}, body: note },
  [`POST ${request}/discussions`]: {
    query: {},
    body: {
      ...note,
      properties: {
        body: text,
        position: {
          type: "object",
          required: ["position_type", "base_sha", "start_sha", "head_sha", "new_path", "old_path"],
          additionalProperties: false,
          properties: {
            position_type: { enum: ["text", "image", "file"] },
            base_sha: sha,
            start_sha: sha,
            head_sha: sha,
            new_path: text,
            old_path: text,
            new_line: { type: "integer", minimum: 1 },
            old_line: { type: "integer", minimum: 1 },
          },
        },
      },
    },
  },
  [`PUT ${request}/discussions/{discussion_id}`]: {
    query: {},
    body: {
      type: "object",
      required: ["resolved"],
      properties: { resolved: { type: "boolean" } },
    },
  },
  "POST /projects/{id}/statuses/{sha}": {
    query: {},
    body: {
      type: "object",
      required: ["state"],
      properties: {
        state: { enum: ["pending", "running", "success", "failed", "canceled", "skipped"] },
        name: text,
        description: { type: "string", maxLength: 255 },
      },
    },
  },
};
