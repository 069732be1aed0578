import type { Context } from "hono";
import type * as z from "zod";
import { CicdError } from "#shared/error.ts";
import { firstIssue } from "#shared/first-issue.ts";

/**
 * The JSON body of a request, checked. `what` names it in errors.
 * @throws CicdError `unsupported_media_type`, or `invalid_request` that names the first key at fault.
 */
export async function readJson<S extends z.ZodType>(
  c: Context,
  schema: S,
  what: string,
): Promise<z.output<S>> {
  const type = c.req.header("content-type") ?? "";
  if (type.split(";", 1)[0]?.trim().toLowerCase() !== "application/json") {
    throw new CicdError(
      "unsupported_media_type",
      `Cannot read ${what}: content type is ${type === "" ? "missing" : type}`,
      { hint: "Send application/json" },
    );
  }
  const parsed = schema.safeParse(parseJson(await c.req.text(), what));
  if (parsed.success) return parsed.data;
  throw new CicdError("invalid_request", `Cannot read ${what}: ${firstIssue(parsed.error)}`);
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CicdError("invalid_request", `Cannot read ${what}: body is not JSON`, { cause });
  }
}
