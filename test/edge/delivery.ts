import { randomUUID } from "node:crypto";
import { hmacHex } from "#shared/hmac.ts";
import { webhookSecrets } from "./settings.ts";

/** A request to a webhook, for `fetch`. */
export interface Delivery {
  readonly method: "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** How a delivery differs from a JSON one of GitHub about a pull request. */
export interface DeliveryOptions {
  readonly event?: string;
  readonly id?: string;
  readonly secret?: string;
  readonly form?: "json" | "form";
}

/** A delivery as GitHub signs and sends it; a string is the body's JSON as it is. */
export async function delivery(payload: unknown, options: DeliveryOptions = {}): Promise<Delivery> {
  const { event = "pull_request", id = randomUUID(), secret = webhookSecrets[0] } = options;
  const json = typeof payload === "string" ? payload : JSON.stringify(payload);
  const isForm = options.form === "form";
  const text = isForm ? new URLSearchParams({ payload: json }).toString() : json;
  const body = new TextEncoder().encode(text);
  return {
    method: "POST",
    headers: {
      "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json",
      "x-github-event": event,
      "x-github-delivery": id,
      "x-hub-signature-256": `sha256=${hmacHex(secret, body)}`,
    },
    body,
  };
}
