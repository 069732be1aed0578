import { randomUUID } from "node:crypto";
import * as z from "zod";
import { WebhookAccepted } from "#shared/api.ts";
import { hmacHex } from "#shared/hmac.ts";
import { githubExamples } from "#test/github-examples.ts";

/** The pull request that a delivery is about, in place of the recorded one. */
export interface Target {
  /** Default: the recorded one's, 2. */
  readonly number?: number;
  /** Where git fetches from. */
  readonly cloneUrl: string;
  readonly baseSha: string;
  readonly headSha: string;
  /** Default: that of the demo's. */
  readonly title?: string;
}

/** Where a delivery goes. */
export interface Webhook {
  /** Origin of the edge. */
  readonly url: string;
  readonly secret: string;
  /** Headers besides those of the forge. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a delivery that GitHub once sent, pointed at the demo's repository and signed anew. */
export async function deliver(
  action: "opened" | "synchronize" | "closed",
  target: Target,
  { url, secret, headers }: Webhook,
): Promise<WebhookAccepted> {
  const body = new TextEncoder().encode(JSON.stringify(pointedAt(recorded(action), target)));
  const response = await fetch(`${url}/webhooks/github`, {
    method: "POST",
    headers: {
      ...headers,
      "content-type": "application/json",
      "x-github-event": "pull_request",
      "x-github-delivery": randomUUID(),
      "x-hub-signature-256": `sha256=${hmacHex(secret, body)}`,
    },
    body,
  });
  const answer: unknown = await response.json();
  if (response.status !== 202) {
    throw new Error(`Cannot deliver ${action}: ${response.status} ${JSON.stringify(answer)}`);
  }
  return WebhookAccepted.parse(answer);
}

const Recorded = z.looseObject({
  action: z.string(),
  pull_request: z.looseObject({
    number: z.number(),
    head: z.looseObject({ sha: z.string() }),
    base: z.looseObject({ sha: z.string() }),
  }),
  repository: z.looseObject({ clone_url: z.string() }),
});
type Recorded = z.infer<typeof Recorded>;

function recorded(action: string): Recorded {
  const candidates = (githubExamples.get("pull_request") ?? []).map((example) =>
    Recorded.safeParse(example),
  );
  const found = candidates.find(({ data }) => data?.action === action)?.data;
  if (found === undefined) throw new Error(`Cannot find a recorded delivery: ${action}`);
  return found;
}

function pointedAt(payload: Recorded, target: Target): Recorded {
  const { pull_request, repository } = payload;
  const {
    cloneUrl,
    baseSha,
    headSha,
    number = pull_request.number,
    title = "Add discounts",
  } = target;
  return {
    ...payload,
    repository: { ...repository, clone_url: cloneUrl },
    pull_request: {
      ...pull_request,
      number,
      title,
      body: "Carts can have a discount now.",
      head: { ...pull_request.head, sha: headSha },
      base: { ...pull_request.base, sha: baseSha },
    },
  };
}
