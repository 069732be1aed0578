import type { ServerResponse } from "node:http";
import { type ErrorReply, errorBody } from "./api-error.ts";
import { wireId } from "./wire-id.ts";

/** Answers with a JSON body. */
export function sendJson(
  response: ServerResponse,
  body: object,
  {
    status = 200,
    requestId = wireId("req"),
    headers = {},
  }: { status?: number; requestId?: string; headers?: Readonly<Record<string, string>> } = {},
): void {
  const contentType = { "content-type": "application/json" };
  response.writeHead(status, { ...contentType, "request-id": requestId, ...headers });
  response.end(JSON.stringify(body));
}

/** Answers with an error of the API. */
export function sendError(response: ServerResponse, error: ErrorReply): void {
  const requestId = wireId("req");
  const { status, headers } = error;
  sendJson(response, errorBody(error, requestId), { status, requestId, headers });
}
