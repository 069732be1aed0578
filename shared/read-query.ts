import * as z from "zod";
import { CicdError } from "./error.ts";
import { firstIssue } from "./first-issue.ts";

/**
 * The query of a request, checked.
 * @throws CicdError `invalid_request` that names the first parameter at fault.
 */
export function readQuery<S extends z.ZodType>(
  query: Readonly<Record<string, string>>,
  schema: S,
): z.output<S> {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({ ...issue, path: ["query", ...issue.path] }));
  throw new CicdError(
    "invalid_request",
    `Cannot read request: ${firstIssue(new z.ZodError(issues))}`,
  );
}
