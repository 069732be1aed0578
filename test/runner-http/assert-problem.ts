import assert from "node:assert/strict";
import { Problem, problemMediaType } from "#shared/problem.ts";

/** Checks that a response is a problem with this status and code; resolves to its body. */
export async function assertProblem(
  response: Response,
  status: number,
  code: string,
): Promise<Problem> {
  const problem = Problem.parse(await response.json());
  assert.deepEqual([response.status, problem.status, problem.code], [status, status, code]);
  assert.equal(response.headers.get("content-type"), problemMediaType);
  assert.equal(problem.request_id, response.headers.get("x-request-id"));
  return problem;
}
