import type { Context } from "hono";
import * as z from "zod";
import { CicdError } from "#shared/error.ts";
import { firstIssue } from "#shared/first-issue.ts";

/**
 * The query of a request, checked; of a key that is there twice the first value counts.
 * @throws CicdError `invalid_request` that names the first parameter at fault.
 */
export function readQuery<S extends z.ZodType>(c: Context, schema: S): z.output<S> {
  const parsed = schema.safeParse(c.req.query());
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({ ...issue, path: ["query", ...issue.path] }));
  throw new CicdError(
    "invalid_request",
    `Cannot read request: ${firstIssue(new z.ZodError(issues))}`,
  );
}
