import { join } from "node:path";
import { pino } from "pino";
import { v7 } from "uuid";
import { Config } from "#cli/config.ts";
import { follow } from "#client/follow.ts";
import { endOrphans } from "#runner/claude/orphans.ts";
import { type Host, startHost } from "#runner/host.ts";
import { MessageAnswer } from "#shared/api.ts";
import { readConfig } from "#shared/config.ts";
import type { Forge, PullRequestEvent } from "#shared/event.ts";
import type { JournalEntry } from "#shared/journal.ts";
import type { Finding } from "#shared/review.ts";
import { replayDeadLetter } from "#shared/routes/dead-letters.ts";
import { seal, sealHeader } from "#shared/seal.ts";
import { Task, type TaskKind } from "#shared/task.ts";
import type { TaskEvent } from "#shared/task-event.ts";
import type { FakeForge } from "../forges/page.ts";
import { prepareTalk, readHeard, type Step } from "../review/talk.ts";
import { talkingExecutable } from "../review/talking-executable.ts";
import { pullRequestEvent } from "../shared/pull-request-event.ts";
import { tempFolder } from "../temp-folder.ts";
import { serveGit } from "../workspace/git-http.ts";
import { createRepository, type TestRepository } from "../workspace/repository.ts";
import { reviewJson } from "./review-json.ts";

/** The secret between the scene, in the edge's place, and its host. */
const runnerSecret = "runner-secret-of-the-test";

/** What a push is about: the file as it is then, and what the model says of it. */
export interface Push {
  readonly file: string;
  readonly findings?: readonly Partial<Finding>[];
  /** What the model does instead, message by message. */
  readonly steps?: readonly Step[];
  /** The commit that it stands on; default the last push. */
  readonly from?: string;
}

/** A real host with real git and a scripted CLI, whose results go to a fake forge. */
export interface Scene extends AsyncDisposable {
  readonly repository: TestRepository;
  readonly folder: string;
  readonly baseSha: string;
  /** All that the host logged. */
  readonly log: string[];
  /** The host's whole configuration, as variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where the host listens that runs now. */
  url: string;
  /** Pushes and delivers; resolves to the task's id and the commit. */
  push(push: Push): Promise<{ id: string; sha: string }>;
  close(): Promise<string>;
  /** What the pull request is at now. */
  event(): PullRequestEvent;
  /** Hands over a task as the edge does; resolves to its id. */
  handOver(kind: TaskKind, event: TaskEvent, message?: string, force?: boolean): Promise<string>;
  /** Asks something by the API; resolves to the task's id. */
  ask(sessionId: string, text: string): Promise<string>;
  /** Lets the model answer its next messages with these. */
  answers(...texts: readonly string[]): void;
  cancel(id: string): Promise<void>;
  /** Repeats a task that failed; resolves to the id of the new one. */
  replay(id: string): Promise<string>;
  task(id: string): Promise<Task>;
  ended(id: string): Promise<Task>;
  /** The journal of a task, from its first entry on. */
  follow(id: string): AsyncGenerator<JournalEntry>;
  /** How many messages the model got since the last push. */
  turns(): number;
}

/** Sets a scene; its host runs in this program, unless the test starts one itself. */
export async function setScene(
  forge: Forge,
  fake: FakeForge,
  {
    environment: more = {},
    isStarted = true,
  }: { environment?: Readonly<Record<string, string>>; isStarted?: boolean } = {},
): Promise<Scene> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder()).path;
  const git = undo.use(await serveGit(folder));
  const repository = await createRepository(join(folder, "repository.git"));
  const baseSha = await repository.commit({ files: { "README.md": "# Shop\n" } });
  const name = forge.toUpperCase();
  const stateDir = join(folder, "state");
  const environment = {
    RUNNER_SECRET: runnerSecret,
    RUNNER_STATE_DIR: stateDir,
    RUNNER_PORT: "0",
    RUNNER_CLONE_PROTOCOLS: "http",
    RUNNER_CLONE_PRIVATE_HOSTS: "127.0.0.1",
    ASYNC_MIN_IDLE_SESSIONS: "0",
    ASYNC_RETRY_INITIAL_DELAY: "1ms",
    CLAUDE_CLI_PATH: await talkingExecutable(folder),
    ANTHROPIC_API_KEY: "the-key-of-the-model",
    [`${name}_HOST`]: "forge.test",
    [`${name}_API_URL`]: `${fake.server.url}/api/`,
    [`${name}_TOKEN`]: "the-forge-token",
    ...more,
  };
  const log: string[] = [];
  undo.defer(async () => void (await endOrphans(stateDir)));
  const host = isStarted ? await startInside(environment, log) : undefined;
  if (host !== undefined) undo.defer(() => host.stop());
  let head: string | undefined;
  const send = async (method: string, path: string, body?: object): Promise<Response> => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const sealed = { method, path, body: new TextEncoder().encode(text) };
    return await fetch(scene.url + path, {
      method,
      headers: {
        "content-type": "application/json",
        [sealHeader]: seal(runnerSecret, sealed, Date.now()),
      },
      ...(text !== undefined && { body: text }),
    });
  };
  const eventAt = (sha: string): PullRequestEvent => {
    const event = pullRequestEvent(7);
    const clone_url = `${git.url}/repository.git`;
    return {
      ...event,
      delivered_at: new Date().toISOString(),
      forge,
      repository: { ...event.repository, host: "forge.test", clone_url },
      pull_request: {
        ...event.pull_request,
        updated_at: new Date().toISOString(),
        head: { sha, ref: "topic" },
        base: { sha: baseSha, ref: "main" },
      },
    };
  };
  const handOver: Scene["handOver"] = async (kind, event, message, force) => {
    const id = v7();
    const task = { delivery_id: v7(), forge, task_id: id, kind, event, message, force };
    const response = await send("POST", "/v1/events", task);
    if (!response.ok) throw new Error(await response.text());
    return id;
  };
  const scene: Scene = {
    repository,
    folder,
    baseSha,
    log,
    environment,
    url: host?.url ?? "",
    push: async ({ file, findings = [], steps, from = head ?? baseSha }) => {
      const answer: Step = { do: "answer", text: reviewJson(findings) };
      // Said again by whoever takes over a turn that was cut off.
      prepareTalk(folder, steps ?? [answer, answer, answer]);
      const sha = await repository.commit({ files: { "src/pay.ts": file }, branch: "topic", from });
      head = sha;
      return { id: await handOver("review", eventAt(sha)), sha };
    },
    close: () => handOver("close", { ...eventAt(head ?? baseSha), action: "closed" }),
    event: () => eventAt(head ?? baseSha),
    handOver,
    ask: async (sessionId, text) => {
      const answer = await send("POST", `/v1/sessions/${sessionId}/messages`, { text });
      return MessageAnswer.parse(await answer.json()).task_id;
    },
    answers: (...texts) =>
      prepareTalk(
        folder,
        texts.map((text) => ({ do: "answer", text })),
      ),
    cancel: async (id) => void (await send("POST", `/v1/tasks/${id}/cancel`)),
    replay: async (id) => {
      const answer = await send("POST", `/v1/dead-letters/${id}/replay`);
      return replayDeadLetter.answer.parse(await answer.json()).task_id;
    },
    task: async (id) => Task.parse(await (await send("GET", `/v1/tasks/${id}`)).json()),
    ended: async (id) => {
      await Array.fromAsync(scene.follow(id));
      return await scene.task(id);
    },
    follow: (id) => follow(() => send("GET", `/v1/tasks/${id}/events`), {}),
    turns: () => readHeard(folder).length,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
  const resources = undo.move();
  return scene;
}

/** A host in this program, which logs into a list. */
function startInside(
  environment: Readonly<Record<string, string>>,
  lines: string[],
): Promise<Host> {
  const config = readConfig(Config, {}, environment);
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  return startHost({ config, environment: { ...process.env, ...environment }, log, version: "0" });
}
