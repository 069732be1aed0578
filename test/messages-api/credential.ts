import type { IncomingHttpHeaders } from "node:http";
import { apiError, type ErrorReply } from "./api-error.ts";

/** The API's 401 when the request has not this key; undefined when it may pass. */
export function credentialError(
  headers: IncomingHttpHeaders,
  apiKey: string | undefined,
): ErrorReply | undefined {
  if (apiKey === undefined) return undefined;
  const key = headers["x-api-key"];
  if (key !== undefined) {
    return key === apiKey ? undefined : apiError(401, { message: "invalid x-api-key" });
  }
  const { authorization } = headers;
  if (authorization !== undefined) {
    const isRight = authorization === `Bearer ${apiKey}`;
    return isRight ? undefined : apiError(401, { message: "Invalid bearer token" });
  }
  return apiError(401, { message: "x-api-key header is required" });
}
