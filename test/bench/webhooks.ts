import { randomBytes } from "node:crypto";
import { WebhookAccepted } from "#shared/api.ts";
import { tempFolder } from "../temp-folder.ts";
import { follow } from "./followers.ts";
import { load, send, signedWebhooks } from "./load.ts";
import { residentOf } from "./resident.ts";
import type { Recorder } from "./rows.ts";
import { startServer } from "./server.ts";

/** How the taking in of webhooks is measured. */
export interface WebhookOptions {
  readonly repeats: number;
  /** How many clients follow one task. */
  readonly followers: number;
  readonly record: Recorder;
  /** Aborting it ends this when the load that is under way is over. */
  readonly signal: AbortSignal;
}

/** Webhooks of one load. */
const amount = 320;
const kilobytesPerMegabyte = 1024;
/** What is appended to a journal in one repeat. */
const appended = 10;

/** Lets many follow one task, then sends many webhooks at once to the edge, to probot and to the least that stores them. */
export async function measureWebhooks(options: WebhookOptions): Promise<void> {
  const { repeats, record, signal } = options;
  const secret = randomBytes(32).toString("hex");
  const environment = {
    GITHUB_WEBHOOK_SECRET: secret,
    RUNNER_SECRET: randomBytes(32).toString("hex"),
  };
  const webhooks = await signedWebhooks(secret);
  await using folder = await tempFolder();
  await using probot = await startServer("probot", environment);
  await using bareFolder = await tempFolder();
  await using bare = await startServer("bare", environment, bareFolder.path);
  await using ours = await startServer("ours", environment, folder.path);
  const [webhook] = webhooks;
  if (webhook === undefined) throw new Error("Cannot measure: there are no webhooks");
  const accepted = WebhookAccepted.parse(await (await send(ours.url, webhook)).json());
  await measureFollowers(accepted.events_url, ours, options);

  const contenders = [
    { url: probot.url, each: "probot_webhook", p99: "probot_webhook_p99" },
    { url: bare.url, each: "bare_webhook", p99: "bare_webhook_p99" },
    { url: ours.url, each: "ours_webhook", p99: "ours_webhook_p99" },
  ] as const;
  for (const { url } of contenders) await load(url, webhooks, amount / 2);
  for (let round = 0; round <= repeats; round += 1) {
    for (const { url, each, p99 } of round % 2 === 0 ? contenders : contenders.toReversed()) {
      signal.throwIfAborted();
      const { eachMs, p99Ms } = await load(url, webhooks, amount);
      record(each, eachMs);
      record(p99, p99Ms);
    }
  }
}

async function measureFollowers(
  eventsUrl: string,
  { pid, tell }: { readonly pid: number; readonly tell: () => void },
  { repeats, followers, record, signal }: WebhookOptions,
): Promise<void> {
  tell();
  // The first one lets the server load what it needs for any.
  using scout = follow(eventsUrl, 1);
  await scout.all(1);
  const before = await residentOf(pid);
  using crowd = follow(eventsUrl, followers);
  await crowd.all(1);
  const more = (await residentOf(pid)) - before;
  if (Number.isFinite(more)) record("followers_memory", (more * kilobytesPerMegabyte) / followers);
  for (let count = 2; count < 2 + repeats * appended; count += 1) {
    signal.throwIfAborted();
    const began = performance.now();
    tell();
    const { first, last } = await crowd.all(count);
    record("followers_first", first - began);
    record("followers_last", last - began);
  }
}
