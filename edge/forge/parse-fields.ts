import type * as z from "zod";
import { CicdError } from "#shared/error.ts";
import { firstIssue } from "#shared/first-issue.ts";

/**
 * The fields of a payload that a schema names.
 * @throws CicdError `invalid_request` with the path of the first problem, in the forge's words.
 */
export function parseFields<T>(schema: z.ZodType<T>, payload: unknown): T {
  const { success, data, error } = schema.safeParse(payload);
  if (success) return data;
  throw new CicdError("invalid_request", `Cannot parse webhook: ${firstIssue(error)}`);
}
