import { createHmac, randomUUID } from "node:crypto";
import type { Delivery } from "../delivery.ts";
import { secretsOf } from "../settings.ts";

/** How a delivery differs from one about a pull request, proved by the forge's first secret. */
export interface Changed {
  readonly event?: string;
  readonly secret?: string;
  /** Epoch milliseconds of the signature, where it has a time; default now. */
  readonly time?: number;
  readonly id?: string;
}

/** A delivery as GitLab proves it by a token in a header. */
export function gitlabByToken(payload: unknown, changed: Changed = {}): Delivery {
  const {
    event = "Merge Request Hook",
    secret = secretsOf.gitlabToken[0],
    id = randomUUID(),
  } = changed;
  return request(payload, {
    "x-gitlab-event": event,
    "x-gitlab-token": secret,
    "idempotency-key": id,
  });
}

/** A delivery as GitLab signs it by Standard Webhooks. */
export function gitlabSigned(payload: unknown, changed: Changed = {}): Delivery {
  const {
    event = "Merge Request Hook",
    secret = secretsOf.gitlabSigning[0],
    id = randomUUID(),
  } = changed;
  const { time = Date.now() } = changed;
  const { body, ...rest } = request(payload, {});
  const timestamp = String(Math.floor(time / 1000));
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body);
  const headers = {
    ...rest.headers,
    "x-gitlab-event": event,
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature.digest("base64")}`,
  };
  return { ...rest, headers, body };
}

/** A delivery as Gitee proves it by its password. */
export function giteeByPassword(payload: unknown, changed: Changed = {}): Delivery {
  const { secret = secretsOf.gitee[0], time = Date.now() } = changed;
  return giteeRequest(payload, changed, secret, time);
}

/** A delivery as Gitee signs it; the signature covers time and secret alone. */
export function giteeSigned(payload: unknown, changed: Changed = {}): Delivery {
  const { secret = secretsOf.gitee[0], time = Date.now() } = changed;
  const signature = createHmac("sha256", secret).update(`${time}\n${secret}`).digest("base64");
  return giteeRequest(payload, changed, signature, time);
}

/** A delivery as Gitea and Forgejo sign it. */
export function giteaSigned(payload: unknown, changed: Changed = {}): Delivery {
  const { event = "pull_request", secret = secretsOf.gitea[0], id = randomUUID() } = changed;
  const { body, ...rest } = request(payload, {});
  const headers = {
    ...rest.headers,
    "x-gitea-event": event,
    "x-gitea-delivery": id,
    "x-gitea-signature": createHmac("sha256", secret).update(body).digest("hex"),
  };
  return { ...rest, headers, body };
}

function giteeRequest(payload: unknown, { event }: Changed, token: string, time: number): Delivery {
  return request(payload, {
    "x-gitee-event": event ?? "Merge Request Hook",
    "x-gitee-token": token,
    "x-gitee-timestamp": String(time),
  });
}

/** A text is the body as it is. */
function request(payload: unknown, headers: Readonly<Record<string, string>>): Delivery {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  const all = { "content-type": "application/json", ...headers };
  return { method: "POST", headers: all, body: new TextEncoder().encode(text) };
}
