import { verifyHmacHex } from "#shared/hmac.ts";
import type { Expected, ForgeAdapter, Identity, Normalized, RawDelivery } from "./forge.ts";
import { normalizePullRequest } from "./github-pull-request.ts";
import { eventHeader, idHeader } from "./header.ts";
import { unauthorized } from "./unauthorized.ts";

/** Webhooks of GitHub and GitHub Enterprise Server. */
export const github: ForgeAdapter = {
  name: "github",
  events: ["pull_request"],
  verify,
  identify,
  normalize,
};

const hint = "Give the webhook on GitHub the secret that the edge has in GITHUB_WEBHOOK_SECRET";

async function verify({ headers, body }: RawDelivery, { secrets }: Expected): Promise<void> {
  const header = headers.get("x-hub-signature-256");
  if (header === null) throw unauthorized("no X-Hub-Signature-256", hint);
  const [, hex] = /^sha256=([0-9a-f]{64})$/.exec(header) ?? [];
  if (hex === undefined) throw unauthorized("malformed X-Hub-Signature-256", hint);
  if (!(await verifyHmacHex(secrets, body, hex))) throw unauthorized("wrong signature", hint);
}

async function identify({ headers }: RawDelivery): Promise<Identity> {
  return {
    id: idHeader(headers, "X-GitHub-Delivery"),
    event: eventHeader(headers, "X-GitHub-Event"),
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
