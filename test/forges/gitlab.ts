import * as z from "zod";
import { type FakeAnswer, type FakeRequest, startFake } from "./fake-server.ts";
import { gitlabApi } from "./gitlab-api.ts";
import { type FakeForge, type FakeJob, fakePull } from "./page.ts";
import { paged } from "./paged.ts";

interface Thread {
  readonly id: number;
  readonly author: string;
  body: string;
  readonly at?: string;
  /** The thread that it was added to; none for one that began its own. */
  readonly to?: number;
  isSettled: boolean;
}

const Body = z.object({ body: z.string() });
const Discussion = Body.extend({
  position: z.object({ new_path: z.string(), new_line: z.int(), head_sha: z.string() }),
});
const Status = z.object({ state: z.string(), description: z.string() });
const missing: FakeAnswer = { status: 404, body: { message: "404 Not found" } };

/** GitLab with one merge request, of which it has the versions that it was told of. */
export async function startFakeGitLab(): Promise<FakeForge> {
  const self = "our-account";
  const threads: Thread[] = [];
  const permissions = new Map<string, string>();
  const jobs: FakeJob[] = [];
  const statuses = new Map<string, z.infer<typeof Status>>();
  const versions = new Set<string>();
  const add = (thread: Omit<Thread, "id" | "isSettled">): FakeAnswer => {
    const id = threads.length + 1;
    threads.push({ ...thread, id, isSettled: false });
    return { status: 201, body: { id } };
  };
  const idOf = (author: string) => (author === self ? 1 : 2);
  const toDiscussion = ({ id, author, body, at }: Thread) => ({
    id: `thread-${id}`,
    individual_note: at === undefined,
    notes: [{ id, author, body }, ...threads.filter(({ to }) => to === id)].map((note) => ({
      id: note.id,
      body: note.body,
      system: false,
      author: { id: idOf(note.author), username: note.author },
      type: at === undefined ? null : "DiffNote",
    })),
  });
  const setStatus = (sha: string, body: unknown): FakeAnswer => {
    const status = Status.parse(body);
    versions.add(sha);
    if (statuses.get(sha)?.state === status.state) {
      const message = `Cannot transition status via :run from :${status.state}`;
      return { status: 400, body: { message } };
    }
    statuses.set(sha, status);
    return { status: 201, body: {} };
  };
  const handle = ({ route, parameters, query, body }: FakeRequest): FakeAnswer => {
    const thread = threads.find(
      ({ id }) => String(id) === parameters.note_id || `thread-${id}` === parameters.discussion_id,
    );
    switch (route.replace("/projects/{id}/merge_requests/{iid}", "")) {
      case "GET /user":
        return { status: 200, body: { id: 1 } };
      case "GET ": {
        const { title, body: description, base: target_branch } = fakePull;
        return { status: 200, body: { title, description, target_branch } };
      }
      case "GET /versions": {
        const all = [...versions].map((head_commit_sha) => ({
          head_commit_sha,
          base_commit_sha: "b".repeat(40),
          start_commit_sha: "b".repeat(40),
        }));
        return { status: 200, body: paged(query, all) };
      }
      case "GET /discussions":
        return {
          status: 200,
          body: paged(
            query,
            threads.filter(({ to }) => to === undefined),
          ).map(toDiscussion),
        };
      case "POST /discussions/{discussion_id}/notes":
        if (thread === undefined) return missing;
        return add({
          author: self,
          ...Body.parse(body),
          at: `reply to thread-${thread.id}`,
          to: thread.id,
        });
      case "GET /projects/{id}/members/all": {
        // The query finds a part of the name.
        const found = [...permissions]
          .filter(([username]) => username.includes(query.get("query") ?? ""))
          .map(([username, level], id) => ({ id, username, access_level: Number(level) }));
        return { status: 200, body: paged(query, found) };
      }
      case "GET /projects/{id}/jobs/{job_id}/trace": {
        const job = jobs.find(({ id }) => String(id) === parameters.job_id);
        return job?.log === undefined ? missing : { status: 200, text: job.log };
      }
      case "POST /notes":
        return add({ author: self, ...Body.parse(body) });
      case "POST /discussions": {
        const { position, ...rest } = Discussion.parse(body);
        return add({ author: self, ...rest, at: `${position.new_path}:${position.new_line}` });
      }
      case "PUT /notes/{note_id}":
        if (thread === undefined) return missing;
        thread.body = Body.parse(body).body;
        return { status: 200, body: {} };
      case "PUT /discussions/{discussion_id}":
        if (thread === undefined) return missing;
        thread.isSettled = z.object({ resolved: z.boolean() }).parse(body).resolved;
        return { status: 200, body: {} };
      case "POST /projects/{id}/statuses/{sha}":
        return setStatus(parameters.sha ?? "", body);
      default:
        return { status: 500, body: { message: `Not faked: ${route}` } };
    }
  };
  const server = await startFake(gitlabApi, (request) => {
    const isKnown = request.headers["private-token"] === "the-forge-token";
    const { id = "acme/shop" } = request.parameters;
    if (id !== "acme/shop") return missing;
    return isKnown ? handle(request) : { status: 401, body: { message: "401 Unauthorized" } };
  });
  return {
    server,
    self,
    comments: () =>
      threads.map(({ author, body, at, isSettled }) => ({
        author,
        body,
        ...(at && { at, isSettled }),
      })),
    states: () =>
      [...statuses].map(([sha, { state, description: title }]) => ({ sha, state, title })),
    say: (author, body, at) => {
      add({ author, body, ...(at !== undefined && { at }) });
      const id = String(threads.length);
      return { id, thread: `thread-${id}` };
    },
    permissions,
    jobs,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
