import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import * as z from "zod";
import { hmacHex } from "#shared/hmac.ts";
import { githubExamples } from "../github-examples.ts";
import { summarize } from "./statistics.ts";

/** A webhook that is ready to be sent, but for the id of its delivery. */
export interface Signed {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly signature: string;
}

/** What a server made of a load. */
export interface LoadFigures {
  /** Milliseconds between two answers. */
  readonly eachMs: number;
  readonly p99Ms: number;
}

const path = "/webhooks/github";
/** Clients at once. */
const connections = 32;
/** So many different pull requests. */
const pullRequests = 200;

const Example = z.looseObject({
  action: z.string(),
  installation: z.unknown().optional(),
  pull_request: z.looseObject({ number: z.int() }),
});

/** Real payloads of GitHub about new pull requests, 23 KB each. */
export async function signedWebhooks(secret: string): Promise<Signed[]> {
  const examples = (githubExamples.get("pull_request") ?? []).map((one) => Example.parse(one));
  const example = examples.find(({ action, installation }) => action === "opened" && installation);
  if (example === undefined) throw new Error("Cannot load: there is no example");
  const numbers = Array.from({ length: pullRequests }, (_, index) => index + 1);
  return await Promise.all(
    numbers.map(async (number) => {
      const pull_request = { ...example.pull_request, number };
      const body = new TextEncoder().encode(JSON.stringify({ ...example, number, pull_request }));
      const signature = `sha256=${hmacHex(secret, body)}`;
      return { body, signature };
    }),
  );
}

/**
 * Sends so many webhooks to a server, each a delivery of its own, by 32 clients that each wait for
 * an answer.
 * @throws Error when one is not answered with a 2xx.
 */
export async function load(
  url: string,
  webhooks: readonly Signed[],
  amount: number,
): Promise<LoadFigures> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies: number[] = [];
  let sent = 0;
  const client = async () => {
    while (sent < amount) {
      const webhook = webhooks[sent % webhooks.length];
      if (webhook === undefined) throw new Error("Cannot load: there are no webhooks");
      sent += 1;
      const began = performance.now();
      const status = await post(url, webhook, agent);
      latencies.push(performance.now() - began);
      if (status === undefined || status >= 300) throw new Error(`Cannot load ${url}: ${status}`);
    }
  };
  const began = performance.now();
  try {
    await Promise.all(Array.from({ length: connections }, client));
  } finally {
    agent.destroy();
  }
  const eachMs = (performance.now() - began) / amount;
  return { eachMs, p99Ms: summarize(latencies).p99 };
}

/** Sends one webhook; resolves to the status of its answer. */
async function post(url: string, webhook: Signed, agent: Agent): Promise<number | undefined> {
  const { body, headers } = request(webhook);
  const sending = httpRequest(`${url}${path}`, { method: "POST", agent, headers });
  const answered = once(sending, "response");
  sending.end(body);
  const [response]: IncomingMessage[] = await answered;
  if (response === undefined) return undefined;
  for await (const _ of response);
  return response.statusCode;
}

/** Sends one webhook, and leaves its answer to be read. */
export async function send(url: string, webhook: Signed): Promise<Response> {
  return await fetch(`${url}${path}`, { method: "POST", ...request(webhook) });
}

/** What a delivery of its own has of a request. */
function request({ body, signature }: Signed) {
  const headers = {
    "content-type": "application/json",
    "content-length": String(body.byteLength),
    "x-github-event": "pull_request",
    "x-github-delivery": randomUUID(),
    "x-hub-signature-256": signature,
  };
  return { body, headers };
}
