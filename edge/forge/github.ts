import { CicdError } from "#shared/error.ts";
import { verifyHmacHex } from "#shared/hmac.ts";
import type { ForgeAdapter, Identity, Normalized } from "./forge.ts";
import { normalizePullRequest } from "./github-pull-request.ts";

/** Webhooks of GitHub and GitHub Enterprise Server. */
export const github: ForgeAdapter = { name: "github", verify, identify, normalize };

async function verify(
  headers: Headers,
  body: Uint8Array<ArrayBuffer>,
  secrets: readonly string[],
): Promise<void> {
  const header = headers.get("x-hub-signature-256");
  if (header === null) throw unauthorized("no X-Hub-Signature-256");
  const [, hex] = /^sha256=([0-9a-f]{64})$/.exec(header) ?? [];
  if (hex === undefined) throw unauthorized("malformed X-Hub-Signature-256");
  if (!(await verifyHmacHex(secrets, body, hex))) throw unauthorized("wrong signature");
}

function identify(headers: Headers): Identity {
  return {
    id: required(headers, "X-GitHub-Delivery", /^[A-Za-z0-9][A-Za-z0-9._:-]{0,255}$/),
    event: required(headers, "X-GitHub-Event", /^[a-z0-9_]{1,64}$/),
  };
}

function normalize(event: string, payload: unknown): Normalized {
  switch (event) {
    case "pull_request":
      return normalizePullRequest(payload);
    case "ping":
      return { kind: "ignored", reason: "ping: the webhook works" };
    default:
      return { kind: "ignored", reason: `event ${event} is not handled` };
  }
}

function required(headers: Headers, name: string, form: RegExp): string {
  const value = headers.get(name);
  if (value !== null && form.test(value)) return value;
  const what = value === null ? "is missing" : "has an impossible value";
  throw new CicdError("invalid_request", `Cannot take webhook: header ${name} ${what}`);
}

function unauthorized(what: string): CicdError {
  return new CicdError("unauthorized", `Cannot accept webhook: ${what}`, {
    hint: "Give the webhook on GitHub the secret that the edge has in GITHUB_WEBHOOK_SECRET",
  });
}
