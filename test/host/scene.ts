import { createHash } from "node:crypto";
import { join } from "node:path";
import { createClient } from "#client/client.ts";
import { deliver } from "#demo/delivery.ts";
import { endOrphans } from "#runner/claude/orphans.ts";
import { MessageAccepted, type WebhookAccepted } from "#shared/api.ts";
import type { JournalEntry, JournalType } from "#shared/journal.ts";
import { Task } from "#shared/task.ts";
import { type Responder, text } from "../messages-api/reply.ts";
import { type MessagesApi, startMessagesApi } from "../messages-api/start.ts";
import { tempFolder } from "../temp-folder.ts";
import { createRepository, type TestRepository } from "../workspace/repository.ts";
import { type Program, startProgram } from "./program.ts";

/** The token that a scene's API lets write. */
const apiToken = "a-token-for-tests";

/** A delivery that was accepted, and how to follow its task. */
export interface Sent extends WebhookAccepted {
  readonly headSha: string;
  /** The task's journal from the beginning, or from after a sequence number, to its end. */
  follow(after?: number): AsyncGenerator<JournalEntry>;
  /** The first entry of a type. */
  first<T extends JournalType>(type: T): Promise<Extract<JournalEntry, { type: T }>>;
  /** The whole journal, when the task has ended. */
  journal(): Promise<JournalEntry[]>;
  task(): Promise<Task>;
}

/** Edge, runner, repository and model API of one test; disposal ends all and removes the files. */
export interface Scene extends AsyncDisposable {
  readonly api: MessagesApi;
  readonly repository: TestRepository;
  readonly stateDir: string;
  /** The program that runs now. */
  program: Program;
  /** Starts it again in the same folder. */
  restart(environment?: Readonly<Record<string, string>>): Promise<void>;
  /** Commits to a pull request, with `force` in place of all before, and delivers that. */
  push(
    number: number,
    files?: Record<string, string>,
    how?: { force?: boolean; headers?: Readonly<Record<string, string>> },
  ): Promise<Sent>;
  close(number: number): Promise<Sent>;
  /** Asks the public API, with a token that may write. */
  ask(path: string, method?: string, body?: unknown): Promise<Response>;
  /** Says something to the session of a task; follows the task that it went to, or that it made. */
  say(sent: Sent, text: string): Promise<Sent & Pick<MessageAccepted, "outcome">>;
}

/** Sets a scene. */
export async function setScene({
  respond = () => text(review()),
  environment = {},
}: {
  respond?: Responder;
  environment?: Readonly<Record<string, string>>;
} = {}): Promise<Scene> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder()).path;
  const stateDir = join(folder, "state");
  const api = undo.use(await startMessagesApi({ respond, apiKey: "the-key" }));
  const repository = await createRepository(join(folder, "repository.git"));
  const baseSha = await repository.commit({ files: { "README.md": "# Shop\n" } });
  const secret = "webhook-secret";
  const start = (more: Readonly<Record<string, string>> = {}) =>
    startProgram(folder, {
      GITHUB_WEBHOOK_SECRET: secret,
      RUNNER_SECRET: "runner-secret-of-the-test",
      RUNNER_STATE_DIR: stateDir,
      RUNNER_CLONE_PROTOCOLS: "file",
      ASYNC_MIN_IDLE_SESSIONS: "0",
      ANTHROPIC_API_KEY: "the-key",
      ANTHROPIC_BASE_URL: api.url,
      API_TOKENS: `write:${createHash("sha256").update(apiToken).digest("hex")}`,
      ...environment,
      ...more,
    });
  const heads = new Map<number, string>();
  const send = async (
    action: "opened" | "synchronize" | "closed",
    number: number,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const headSha = heads.get(number) ?? baseSha;
    const target = { number, cloneUrl: repository.url, baseSha, headSha };
    const webhook = { url: scene.program.edgeUrl, secret, headers };
    return toSent(await deliver(action, target, webhook), headSha, () => scene.program);
  };
  const scene: Scene = {
    api,
    repository,
    stateDir,
    program: await start(),
    restart: async (more) => {
      scene.program = await start(more);
    },
    push: async (
      number,
      files = { "src/a.ts": `export const a = ${heads.size};\n` },
      { force = false, headers } = {},
    ) => {
      const branch = `change-${number}`;
      const from = (force ? undefined : heads.get(number)) ?? baseSha;
      const action = heads.has(number) ? "synchronize" : "opened";
      heads.set(number, await repository.commit({ files, branch, from }));
      return await send(action, number, headers);
    },
    close: (number) => send("closed", number),
    ask: (path, method = "GET", body = undefined) =>
      fetch(scene.program.edgeUrl + path, {
        method,
        headers: { authorization: `Bearer ${apiToken}`, "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    say: async ({ session_id, headSha }, message) => {
      const path = `/v1/sessions/${session_id}/messages`;
      const response = await scene.ask(path, "POST", { text: message });
      const { outcome, ...links } = MessageAccepted.parse(await response.json());
      return { outcome, ...toSent({ ...links, session_id }, headSha, () => scene.program) };
    },
    [Symbol.asyncDispose]: async () => {
      await scene.program[Symbol.asyncDispose]();
      await endOrphans(stateDir);
      await resources.disposeAsync();
    },
  };
  const resources = undo.move();
  return scene;
}

/** An answer of a model that parses. */
export function review(summary = "Fine.", findings: object[] = []): string {
  return `I looked.\n\n\`\`\`json\n${JSON.stringify({ summary, findings })}\n\`\`\``;
}

/** Links that lead to the program that runs now, wherever it listens since its last start. */
function toSent(accepted: WebhookAccepted, headSha: string, program: () => Program): Sent {
  const now = (link: string) => {
    const { pathname, search } = new URL(link);
    return program().edgeUrl + pathname + search;
  };
  const sent: Sent = {
    ...accepted,
    headSha,
    follow: (after = 0) =>
      createClient({ url: program().edgeUrl }).followLink(now(accepted.events_url), { after }),
    first: async (type) => {
      for await (const entry of sent.follow()) if (isOf(entry, type)) return entry;
      throw new Error(`Cannot find ${type} in the journal`);
    },
    journal: () => Array.fromAsync(sent.follow()),
    task: async () => Task.parse(await (await fetch(now(accepted.status_url))).json()),
  };
  return sent;
}

function isOf<T extends JournalType>(
  entry: JournalEntry,
  type: T,
): entry is Extract<JournalEntry, { type: T }> {
  return entry.type === type;
}
