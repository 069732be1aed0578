import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { claudeCli } from "../claude-cli.ts";
import { compileCache } from "../compile-cache.ts";
import { type Responder, text } from "../messages-api/reply.ts";
import { type MessagesApi, startMessagesApi } from "../messages-api/start.ts";
import { tempFolder } from "../temp-folder.ts";

const main = new URL("../../cli/main.ts", import.meta.url).pathname;

/** Someone's clone of a repository, and a model that answers. */
export interface Scene extends AsyncDisposable {
  readonly api: MessagesApi;
  /** The clone, on a branch `topic` that changes `src/pay.ts` in its lines 2 and 3. */
  readonly folder: string;
  /** A folder in no repository, where the program makes what it removes again. */
  readonly temporary: string;
  /** What is left there. */
  temporaryFiles(): Promise<string[]>;
  /** Runs `cicd-runner review`. */
  run(args: readonly string[], how?: RunOptions): Promise<Ran>;
  /** Starts it. */
  start(args: readonly string[], how?: RunOptions): ReturnType<typeof startProgram>;
  git(...args: readonly string[]): Promise<string>;
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Nothing comes by standard input, and it does not end. */
  readonly isInputOpen?: boolean;
  readonly cwd?: string;
}

interface Ran {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Sets a scene. */
export async function setScene(respond: Responder = () => text("Nothing.")): Promise<Scene> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder()).path;
  const temporary = undo.use(await tempFolder()).path;
  const api = undo.use(await startMessagesApi({ respond, apiKey: "the-key" }));
  const git = async (...args: readonly string[]) =>
    (await execa("git", args, { cwd: folder, env: gitEnvironment })).stdout;
  await git("init", "--quiet", "--initial-branch=main");
  await commit({ "README.md": "# Shop\n", "src/pay.ts": "export function pay() {\n}\n" }, "Begin");
  await git("checkout", "--quiet", "-b", "topic");
  await commit(
    { "src/pay.ts": "export function pay() {\n  charge();\n  charge();\n}\n" },
    "Charge",
  );
  async function commit(files: Readonly<Record<string, string>>, message: string) {
    await mkdir(join(folder, "src"), { recursive: true });
    for (const [path, content] of Object.entries(files))
      await writeFile(join(folder, path), content);
    await git("add", ".");
    await git("commit", "--quiet", "-m", message);
  }
  const start = (
    args: readonly string[],
    { env = {}, input = "", isInputOpen = false, cwd = folder }: RunOptions = {},
  ) =>
    startProgram(args, {
      cwd,
      input: isInputOpen ? undefined : input,
      env: { ...settings, ...env },
    });
  const settings = {
    PATH: process.env.PATH ?? "",
    TMPDIR: temporary,
    CLAUDE_CLI_PATH: claudeCli,
    ANTHROPIC_API_KEY: "the-key",
    ANTHROPIC_BASE_URL: api.url,
  };
  const resources = undo.move();
  return {
    api,
    folder,
    temporary,
    temporaryFiles: () => readdir(temporary),
    git,
    start,
    run: async (args, how) => {
      const { exitCode, stdout, stderr } = await start(args, how);
      return { exitCode, stdout, stderr };
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function startProgram(
  args: readonly string[],
  {
    cwd,
    env,
    input,
  }: {
    cwd: string;
    env: Readonly<Record<string, string>>;
    /** Undefined leaves it open. */
    input: string | undefined;
  },
) {
  return execa(process.execPath, [main, "review", ...args], {
    cwd,
    env: { ...compileCache, ...env },
    ...(input !== undefined && { input }),
    extendEnv: false,
    reject: false,
    timeout: 60_000,
  });
}

const gitEnvironment = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Mona",
  GIT_AUTHOR_EMAIL: "mona@example.com",
  GIT_COMMITTER_NAME: "Mona",
  GIT_COMMITTER_EMAIL: "mona@example.com",
};
