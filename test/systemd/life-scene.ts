/**
 * What stands around the units of run.sh: a repository, a model's API that answers when it is told
 * to, and a client that never stops asking. `node life-scene.ts <folder> <edge's url> <secret>` writes
 * the settings that lead a runner to it to `settings.env`, then to `control` where it is told what to
 * do: one of `deeds`, by its path.
 */
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "#client/client.ts";
import { deliver } from "#demo/delivery.ts";
import { listen } from "#runner/http/listen.ts";
import { CicdError } from "#shared/error.ts";
import { startMessagesApi } from "#test/messages-api/start.ts";
import { text } from "../messages-api/reply.ts";
import { serveGit } from "../workspace/git-http.ts";
import { createRepository } from "../workspace/repository.ts";

const [folder = "", edge = "", secret = ""] = process.argv.slice(2);

let answer = Promise.withResolvers<void>();
const review = `\`\`\`json\n${JSON.stringify({ summary: "Fine.", findings: [] })}\n\`\`\``;
const model = await startMessagesApi({
  respond: () => text("I begin.\n\n", answer.promise, review),
});
const git = await serveGit(folder);
const repository = await createRepository(join(folder, "repository.git"));
const baseSha = await repository.commit({ files: { "README.md": "# Shop\n" } });

let pushes = 0;
let eventsUrl = "";
let isAsking = false;
let asked = 0;
const refusals: string[] = [];
let client: Promise<void> | undefined;

/** What it does, by name; the answer is a line. */
const deeds: Readonly<Record<string, () => Promise<string>>> = {
  /** Delivers a pull request of its own; answers when the model works at it, and waits. */
  push: async () => {
    pushes += 1;
    answer = Promise.withResolvers();
    const branch = `change-${pushes}`;
    const files = { "src/a.ts": `export const a = ${pushes};\n` };
    const headSha = await repository.commit({ files, branch, from: baseSha });
    const target = { number: pushes, cloneUrl: `${git.url}/repository.git`, baseSha, headSha };
    const before = model.requests.length;
    const accepted = await deliver("opened", target, { url: edge, secret });
    eventsUrl = accepted.events_url;
    await model.request(before);
    return accepted.task_id;
  },
  /** Lets the model go on. */
  answer: async () => {
    answer.resolve();
    return "answered";
  },
  /** How the last push ended. */
  ending: async () => {
    const types: string[] = [];
    for await (const { type } of createClient({ url: edge }).followLink(eventsUrl))
      types.push(type);
    const starts = types.filter((type) => type === "task.started").length;
    return `${types.at(-1)}, started ${starts} times`;
  },
  /** Begins to ask the edge without a pause, on a new connection each time. */
  ask: async () => {
    isAsking = true;
    client = (async () => {
      while (isAsking) await askOnce();
    })();
    return "asking";
  },
  /** Ends that; fails for each request that was not answered. */
  asked: async () => {
    isAsking = false;
    await client;
    if (refusals.length > 0) throw new Error(`${refusals.length} refused: ${refusals[0]}`);
    return `${asked} requests answered`;
  },
};

async function askOnce(): Promise<void> {
  asked += 1;
  const headers = { connection: "close" };
  await fetch(`${edge}/health/ready`, { headers }).then(
    async (response) => {
      if (!response.ok) refusals.push(String(response.status));
      await response.arrayBuffer();
    },
    (error: Error) => void refusals.push(`${error.cause ?? error}`),
  );
}

const control = await listen({
  host: "127.0.0.1",
  port: 0,
  fetch: async (request) => {
    const deed = deeds[new URL(request.url).pathname.slice(1)];
    if (deed === undefined) return new Response("No such deed\n", { status: 404 });
    return await deed().then(
      (line) => new Response(`${line}\n`),
      (thrown) => new Response(`${CicdError.from(thrown).message}\n`, { status: 500 }),
    );
  },
});

const settings = {
  GITHUB_WEBHOOK_SECRET: secret,
  ANTHROPIC_API_KEY: "stand-in",
  ANTHROPIC_BASE_URL: model.url,
  RUNNER_CLONE_PROTOCOLS: "http",
  RUNNER_CLONE_PRIVATE_HOSTS: "127.0.0.1",
  ASYNC_MIN_IDLE_SESSIONS: "0",
};
await write(
  "settings.env",
  Object.entries(settings)
    .map((pair) => `${pair.join("=")}\n`)
    .join(""),
);
await write("control", control.url);

/** All at once: whoever waits for a file reads it as soon as it is there. */
async function write(name: string, content: string): Promise<void> {
  await writeFile(join(folder, `.${name}`), content);
  await rename(join(folder, `.${name}`), join(folder, name));
}
