import type * as z from "zod";

/** The first problem that zod found, as `path: message`, for one-line errors. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return "invalid";
  return `${formatPath(issue.path)}: ${issue.message}`;
}

/** `["a", 0, "b"]` as `a[0].b`; the root is `body`. */
function formatPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "body";
  return path
    .map((key, index) =>
      typeof key === "number" ? `[${key}]` : index === 0 ? String(key) : `.${String(key)}`,
    )
    .join("");
}
