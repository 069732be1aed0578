import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { Config } from "#cli/config.ts";
import { startEdge } from "#cli/edge-server.ts";
import { createScreen, reviewForTerminal } from "#cli/screen.ts";
import { version } from "#cli/version.ts";
import { createClient } from "#client/client.ts";
import { startHost } from "#runner/host.ts";
import { readConfig } from "#shared/config.ts";
import { Task } from "#shared/task.ts";
import { startMessagesApi } from "#test/messages-api/start.ts";
import { createRepository } from "#test/workspace/repository.ts";
import { costs, type Run } from "./costs.ts";
import { deliver, type Target } from "./delivery.ts";
import { scriptedReviewer } from "./reviewer.ts";
import { base, opened, synchronized } from "./sample.ts";

const screen = createScreen({ handleSignals: false });
await using cleanUp = new AsyncDisposableStack();
let stopped: number | undefined;
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  // Not once: execa ends the program by a signal that nobody else listens for, while git runs.
  process.on(signal, async () => {
    if (stopped !== undefined) process.exit(code);
    stopped = code;
    screen.settle();
    await cleanUp.disposeAsync();
    process.exit(code);
  });
}

try {
  await demonstrate();
} catch (error) {
  screen.settle();
  if (stopped === undefined) {
    console.error(`\nDemo failed: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}

async function demonstrate(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cicd-runner-demo-"));
  cleanUp.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const model = await chooseModel();
  screen.line(`Model: ${model.name}`);

  const webhookSecret = randomBytes(32).toString("hex");
  const config = readConfig(
    Config,
    {
      port: 0,
      github: { webhook_secret: [webhookSecret] },
      runner_secret: [randomBytes(32).toString("hex")],
      edge: { state_dir: join(folder, "state") },
      runner: { port: 0, state_dir: join(folder, "state"), clone_protocols: ["file"] },
      // Spares would take the cores from what is shown, and the cold start would be none.
      async: { min_idle_sessions: 0 },
      claude: { cli_path: cliPath() },
      anthropic: model.settings,
    },
    {},
  );
  const log = pino({ level: "silent" });
  const host = await startHost({ config, environment: process.env, log, version });
  cleanUp.defer(() => host.stop());
  const edge = await startEdge({ config: { ...config, runner_url: [host.url] }, log });
  cleanUp.defer(() => edge.close(1000));
  screen.line(`Edge: ${edge.url}, runner: ${host.url}, store and checkouts: ${folder}`);

  const repository = await createRepository(join(folder, "repository.git"));
  const baseSha = await repository.commit(base);
  const branch = "changes";
  const push = async (commit: typeof opened, from?: string) => ({
    cloneUrl: repository.url,
    baseSha,
    headSha: await repository.commit({ ...commit, branch, ...(from && { from }) }),
  });
  const webhook = { url: edge.url, secret: webhookSecret };
  const first = await review("opened", webhook, await push(opened, baseSha));
  const second = await review("synchronize", webhook, await push(synchronized));

  screen.heading("Cold and warm");
  screen.line(costs(first, second));
  if (first.pid === second.pid && first.task.session_id === second.task.session_id) {
    screen.line(`\nOne session, one process (${second.pid}) for both pushes.`);
  } else {
    throw new Error(`processes ${first.pid} and ${second.pid} served what should be one session`);
  }
}

/** One delivery from the webhook to the review. */
async function review(
  action: "opened" | "synchronize",
  webhook: { url: string; secret: string },
  target: Target,
): Promise<Run> {
  screen.heading(`GitHub delivers pull_request.${action}`);
  const sent = performance.now();
  const accepted = await deliver(action, target, webhook);
  const answeredMs = performance.now() - sent;
  screen.line(`  202 after ${answeredMs.toFixed(0)} ms`);
  screen.line(`  status_url: ${accepted.status_url}`);
  screen.line(`  events_url: ${accepted.events_url}`);
  let pid: number | null = null;
  let firstWordsMs: number | undefined;
  const client = createClient({ url: webhook.url });
  for await (const entry of client.followLink(accepted.events_url)) {
    if (entry.type === "session.ready" || entry.type === "session.resumed") pid = entry.data.pid;
    if (entry.type === "message.delta") firstWordsMs ??= performance.now() - sent;
    screen.entry(entry);
  }
  screen.settle();
  const totalMs = performance.now() - sent;
  const task = Task.parse(await (await fetch(accepted.status_url)).json());
  if (task.result?.kind !== "review") {
    throw new Error(task.error?.message ?? `task ended as ${task.state}`);
  }
  screen.heading("Review");
  screen.line(reviewForTerminal(task.result.review));
  return {
    task,
    result: task.result,
    pid,
    answeredMs,
    firstWordsMs: firstWordsMs ?? totalMs,
    totalMs,
  };
}

/** The real API where there is a key for it, else the stand-in. */
async function chooseModel() {
  const { ANTHROPIC_API_KEY: api_key, ANTHROPIC_BASE_URL: base_url } = process.env;
  if (api_key) {
    return {
      name: "the real API, with your ANTHROPIC_API_KEY",
      settings: { api_key, ...(base_url && { base_url }) },
    };
  }
  const api = await startMessagesApi({ respond: scriptedReviewer });
  cleanUp.defer(() => api.close());
  return {
    name: "a stand-in with scripted answers (set ANTHROPIC_API_KEY for a real one)",
    settings: { api_key: "stand-in", base_url: api.url },
  };
}

/** The CLI that this project's tests run too. */
function cliPath(): string {
  return new URL("../node_modules/.bin/claude", import.meta.url).pathname;
}
