import type { Context } from "hono";
import * as z from "zod";
import { CicdError } from "#shared/error.ts";
import { firstIssue } from "#shared/first-issue.ts";

/**
 * The JSON body of a request, checked. Where the schema takes none, none is looked at.
 * @throws CicdError `unsupported_media_type`, or `invalid_request` that names the first key at fault.
 */
export async function readJson<S extends z.ZodType>(c: Context, schema: S): Promise<z.output<S>> {
  const parsed = schema.safeParse(schema instanceof z.ZodVoid ? undefined : await json(c));
  if (parsed.success) return parsed.data;
  throw new CicdError("invalid_request", `Cannot read request: ${firstIssue(parsed.error)}`);
}

async function json(c: Context): Promise<unknown> {
  const type = c.req.header("content-type") ?? "";
  if (type.split(";", 1)[0]?.trim().toLowerCase() !== "application/json") {
    const message = `Cannot read request: content type is ${type === "" ? "missing" : type}`;
    throw new CicdError("unsupported_media_type", message, { hint: "Send application/json" });
  }
  const text = await c.req.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CicdError("invalid_request", "Cannot read request: body is not JSON", { cause });
  }
}
