import * as z from "zod";
import type { FakeAnswer, FakeRequest } from "./fake-server.ts";
import { paged } from "./paged.ts";

interface CheckRun {
  readonly id: number;
  readonly sha: string;
  readonly externalId: string;
  state: string;
  title: string;
  /** Added to by each request, as GitHub does. */
  readonly annotations: string[];
}

const Annotation = z.looseObject({ path: z.string(), start_line: z.int(), message: z.string() });
const Run = z.object({
  head_sha: z.string().default(""),
  external_id: z.string().default(""),
  conclusion: z.string().optional(),
  output: z.object({ title: z.string(), annotations: z.array(Annotation).default([]) }),
});

/** The check runs of a fake GitHub, which only an App may write. */
export function fakeCheckRuns(isApp: boolean) {
  const runs: CheckRun[] = [];
  const write = (run: CheckRun, { body }: FakeRequest): FakeAnswer => {
    const { conclusion, output } = Run.parse(body);
    if (conclusion !== undefined) run.state = conclusion;
    run.title = output.title;
    for (const { path, start_line, message } of output.annotations) {
      run.annotations.push(`${path}:${start_line} ${message}`);
    }
    return { status: 200, body: { id: run.id } };
  };
  return {
    runs,
    list: ({ parameters, query }: FakeRequest): FakeAnswer => {
      const ofCommit = runs.filter(({ sha }) => sha === parameters.ref);
      const check_runs = paged(query, ofCommit).map(({ id, externalId, annotations }) => ({
        id,
        external_id: externalId,
        output: { annotations_count: annotations.length },
      }));
      return { status: 200, body: { total_count: ofCommit.length, check_runs } };
    },
    create: (request: FakeRequest): FakeAnswer => {
      if (!isApp) return { status: 403, body: { message: "You must authenticate as an App" } };
      const { head_sha: sha, external_id: externalId } = Run.parse(request.body);
      const id = runs.length + 1;
      const run = { id, sha, externalId, state: "in_progress", title: "", annotations: [] };
      runs.push(run);
      return write(run, request);
    },
    update: (request: FakeRequest): FakeAnswer => {
      const run = runs.find(({ id }) => String(id) === request.parameters.check_run_id);
      return run === undefined
        ? { status: 404, body: { message: "Not Found" } }
        : write(run, request);
    },
  };
}
