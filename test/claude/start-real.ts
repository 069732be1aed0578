import { glob, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { cliArguments, type Opening } from "#runner/claude/arguments.ts";
import { CliProcess } from "#runner/claude/cli-process.ts";
import { cliEnvironment, configFolder } from "#runner/claude/environment.ts";
import { prepareStateDir } from "#runner/state-dir.ts";
import { claudeCli } from "../claude-cli.ts";
import type { Responder } from "../messages-api/reply.ts";
import { type MessagesApi, startMessagesApi } from "../messages-api/start.ts";
import { tempFolder } from "../temp-folder.ts";
import { never } from "./start-scripted.ts";

/** The real CLI, as the runner starts it, and the stand-in of the model that it talks to. */
export interface RealCli extends AsyncDisposable {
  readonly api: MessagesApi;
  /** The working folder of all its processes. */
  readonly cwd: string;
  /** Starts a process, with these arguments behind the usual ones; disposal kills it. */
  start(opening: Opening, more?: readonly string[]): Promise<CliProcess>;
  /** All that it has written about its conversations. */
  transcripts(): Promise<string>;
}

/** Prepares a home and a working folder of its own for it. */
export async function realCli(respond: Responder): Promise<RealCli> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const api = stack.use(await startMessagesApi({ respond }));
  const cwd = join(folder.path, "tree");
  await Promise.all([mkdir(cwd), prepareStateDir(folder.path)]);
  const environment = cliEnvironment({
    host: globalThis.process.env,
    passOn: [],
    stateDir: folder.path,
    apiKey: "key",
    baseUrl: api.url,
  });
  const usual = { model: "sonnet", maxTurns: 3, instructions: "Review." };
  const watch = { startupTimeout: 30_000, patience: 5000, silenceTimeout: 60_000 };
  const resources = stack.move();
  return {
    api,
    cwd,
    start: async (opening, more = []) => {
      const process = await CliProcess.start(
        {
          executable: claudeCli,
          arguments: [...cliArguments(opening, usual), ...more],
          environment,
          cwd,
          ...watch,
        },
        never,
      );
      resources.defer(async () => {
        await process.end("SIGKILL");
      });
      return process;
    },
    transcripts: async () => {
      const pattern = join(configFolder(folder.path), "projects/*/*.jsonl");
      const paths = await Array.fromAsync(glob(pattern));
      return (await Promise.all(paths.map((path) => readFile(path, "utf8")))).join("");
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
