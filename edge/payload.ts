import { CicdError } from "#shared/error.ts";

/** How a webhook body holds its JSON: as it is, or as the form field `payload`. */
export type PayloadForm = "json" | "form";

/**
 * Tells the form of a body by its media type.
 * @throws CicdError `unsupported_media_type`.
 */
export function payloadForm(headers: Headers): PayloadForm {
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  switch (type.trim().toLowerCase()) {
    case "application/json":
      return "json";
    case "application/x-www-form-urlencoded":
      return "form";
    default:
      throw new CicdError("unsupported_media_type", "Cannot take webhook: wrong content type", {
        hint: "Send application/json, or application/x-www-form-urlencoded with payload=",
      });
  }
}

/**
 * The JSON value in a body.
 * @throws CicdError `invalid_request` when it is no UTF-8, has no `payload` or is no JSON.
 */
export function parsePayload(form: PayloadForm, body: Uint8Array): unknown {
  const text = decode(body);
  const json = form === "json" ? text : new URLSearchParams(text).get("payload");
  if (json === null) throw malformed("payload: the form has no such field");
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw malformed(`${form === "json" ? "body" : "payload"}: not valid JSON`, cause);
  }
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (cause) {
    throw malformed("body: not valid UTF-8", cause);
  }
}

function malformed(what: string, cause?: unknown): CicdError {
  return new CicdError("invalid_request", `Cannot parse webhook: ${what}`, { cause });
}
