import { execa } from "execa";
import { CicdError, reasonOf } from "#shared/error.ts";
import { type GitConfig, gitEnvironment } from "./git-environment.ts";
import { gitFailure } from "./git-failure.ts";
import type { Workspace } from "./git-options.ts";
import { type Progress, StderrReader } from "./progress.ts";

/** What one command gets besides its arguments. */
export interface GitInput {
  readonly stdin?: string;
  /** Settings for this command alone: they stand in its environment, in no file. */
  readonly config?: GitConfig;
  /** Gets the output piece by piece instead of having it returned. */
  readonly onOutput?: (chunk: Buffer) => void;
  /** How far a fetch is, as often as git says so. */
  readonly onProgress?: (progress: Progress) => void;
}

/** What a command left. */
export interface GitResult {
  readonly exitCode: number;
  readonly stdout: string;
  /** The end of it, without lines of progress. */
  readonly stderr: string;
}

const defaultTimeout = 5 * 60_000;
/** A list of files may be long; nothing else that is kept whole is. */
const maxOutput = 64 * 1024 * 1024;
const maxStderr = 64 * 1024;
/** What a git that was asked to end gets before it is killed, in milliseconds. */
const patience = 2000;

/**
 * Runs a git command that has to succeed, and returns its output.
 * @throws CicdError as {@link gitFailure} tells; the signal's reason when it aborts.
 */
export async function runGit(
  workspace: Workspace,
  args: readonly string[],
  input: GitInput = {},
): Promise<string> {
  const result = await tryGit(workspace, args, input);
  if (result.exitCode !== 0) throw gitFailure(args, result);
  return result.stdout;
}

/**
 * Runs a git command whose exit code says something. Aborting ends it and all that it started.
 * @throws CicdError `config_invalid` without git, `repository_unavailable` after the time limit,
 * `repository_refused` when it writes more than is kept.
 */
export async function tryGit(
  workspace: Workspace,
  args: readonly string[],
  { stdin = "", config = {}, onOutput, onProgress = () => {} }: GitInput = {},
): Promise<GitResult> {
  const { options, signal, tree } = workspace;
  const { executable = "git", timeoutMs = defaultTimeout } = options;
  signal.throwIfAborted();
  const child = execa(executable, args, {
    cwd: tree,
    env: gitEnvironment(workspace, config),
    extendEnv: false,
    input: stdin,
    reject: false,
    buffer: { stdout: onOutput === undefined, stderr: false },
    maxBuffer: maxOutput,
    timeout: timeoutMs,
    cancelSignal: signal,
    killDescendants: true,
    forceKillAfterDelay: patience,
  });
  if (onOutput !== undefined) child.stdout.on("data", onOutput);
  const said = new StderrReader(onProgress, maxStderr);
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => said.read(chunk));
  const result = await child;
  signal.throwIfAborted();
  if (result.timedOut) {
    throw new CicdError(
      "repository_unavailable",
      `Cannot run git ${args[0]}: it took longer than ${timeoutMs} ms`,
      { hint: "Check the network to the forge, or raise the time limit of git" },
    );
  }
  if (result.isMaxBuffer) {
    throw new CicdError("repository_refused", `Cannot run git ${args[0]}: its output is too long`, {
      hint: "The pull request changes more files than can be taken in",
    });
  }
  const { exitCode, stdout = "" } = result;
  if (exitCode === undefined) throw spawnFailure(executable, result);
  return { exitCode, stdout, stderr: said.text };
}

/** No exit code: git did not start, or was ended by a signal that is not ours. */
function spawnFailure(executable: string, result: { signal?: string; cause?: unknown }): CicdError {
  const { signal, cause } = result;
  if (signal !== undefined) return new CicdError("internal", `Git was ended by ${signal}`);
  const why = reasonOf(cause);
  return new CicdError("config_invalid", `Cannot start git (${executable}): ${why}`, {
    cause,
    hint: "Install git 2.38 or later on the runner's host, within its PATH",
  });
}
