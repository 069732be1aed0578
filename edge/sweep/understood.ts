import type * as z from "zod";
import { CicdError } from "#shared/error.ts";
import { firstIssue } from "#shared/first-issue.ts";

/**
 * An API's answer as a schema has it.
 * @throws CicdError `forge_refused` when it is another: something else is there at this address.
 */
export function understood<S extends z.ZodType>(schema: S, body: unknown, path: string) {
  const { success, data, error } = schema.safeParse(body);
  if (success) return data;
  const what = `Cannot read ${path}: ${firstIssue(error)}`;
  throw new CicdError("forge_refused", what, {
    hint: "Look whether api_url of this forge leads to its API, and which version it has",
  });
}
