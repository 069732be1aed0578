import type { Context, ErrorHandler, NotFoundHandler } from "hono";
import { CicdError } from "#shared/error.ts";
import { problemResponse } from "#shared/problem.ts";
import type { RunnerEnv } from "./env.ts";

/** Who hears of errors. */
export interface FailureOptions {
  /** A fault of the runner, such as a bug or a full disk; not what a client did wrong. */
  readonly onError?: (error: CicdError, requestId: string) => void;
}

/** Answers whatever a handler throws as a problem. */
export function failed({ onError }: FailureOptions): ErrorHandler<RunnerEnv> {
  return (thrown, c) => {
    const error = CicdError.from(thrown);
    if (isFault(error)) onError?.(error, c.var.requestId);
    return answer(c, error);
  };
}

/** The 404 of a path that there is not. */
export const notFound: NotFoundHandler<RunnerEnv> = (c) =>
  answer(c, new CicdError("not_found", `Cannot find ${c.req.path}: no such route`));

/** The 405 of a path that takes other methods. */
export function methodNotAllowed(c: Context<RunnerEnv>, methods: string[]): Response {
  const allow = methods.join(", ");
  const message = `Cannot ${c.req.method} ${c.req.path}: allowed are ${allow}`;
  c.header("allow", allow);
  return answer(c, new CicdError("method_not_allowed", message));
}

/** Whether an operator has to look: a full queue or a shutdown is the runner at work. */
export function isFault({ category }: CicdError): boolean {
  return category !== "input" && category !== "transient";
}

/** Through the context, which adds the headers that middleware has set. */
function answer(c: Context<RunnerEnv>, error: CicdError): Response {
  const response = problemResponse(error, c.var.requestId);
  return c.newResponse(response.body, response);
}
