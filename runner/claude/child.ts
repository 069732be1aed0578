import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { reasonOf } from "#shared/error.ts";
import { type Exit, spawnFailure } from "./failure.ts";
import { type Line, readLines } from "./lines.ts";
import { signal } from "./process-tree.ts";
import { settlesWithin } from "./within.ts";

/** What is started, and where. */
export interface ChildOptions {
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Longest line of its output that is kept; default 16 MiB. */
  readonly maxLineBytes?: number;
}

/** A process with lines in and out, in a process group of its own. */
export interface Child {
  /** 0 when it could not be started. */
  readonly pid: number;
  /**
   * Settles when the process is gone and its output is read.
   * @throws CicdError of {@link spawnFailure} when it could not be started; nothing else.
   */
  readonly exited: Promise<Exit>;
  /** Writes a line; resolves when the pipe has taken it, or the process is gone. */
  write(line: string): Promise<void>;
  closeInput(): void;
}

const defaultMaxLineBytes = 16 * 1024 * 1024;
const stderrKept = 4096;
/** How long output may still come behind the exit, in milliseconds. */
const drainTime = 500;
/** How long it may live on behind the end of its output, in milliseconds. */
const closingTime = 2000;

/** Starts a process; every line of its output goes to `onLine` at once. */
export function startChild(options: ChildOptions, onLine: (line: Line) => void): Child {
  const child = spawn(options);
  const { pid = 0 } = child;
  const exited = pid === 0 ? failToSpawn(child, options) : live(child, options, onLine);
  exited.catch(() => {});
  // A process that is gone breaks the pipe; that it is gone is seen by its exit.
  child.stdin.on("error", () => {});
  return {
    pid,
    exited,
    write: (line) =>
      new Promise((resolve) => {
        if (child.stdin.writable) child.stdin.write(line, () => resolve());
        else resolve();
      }),
    closeInput: () => child.stdin.end(),
  };
}

type Spawned = ReturnType<typeof spawn>;

function spawn({ executable, arguments: args, environment, cwd }: ChildOptions) {
  return execa(executable, args, {
    cwd,
    env: environment,
    extendEnv: false,
    stdin: "pipe",
    buffer: false,
    reject: false,
    // A process group of its own, so that it can be ended with all that shares the group.
    detached: true,
    cleanup: false,
  });
}

/** Execa tells in its result why there is no process. */
async function failToSpawn(child: Spawned, { executable }: ChildOptions): Promise<never> {
  const { cause } = await child;
  throw spawnFailure(executable, cause);
}

/** Reads what the process says, until it is gone. */
async function live(
  child: Spawned,
  { maxLineBytes = defaultMaxLineBytes }: ChildOptions,
  onLine: (line: Line) => void,
): Promise<Exit> {
  const { stdout, stderr } = child;
  let said = "";
  stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-stderrKept);
  });
  let isOver = false;
  const gone = once(child.nodeChildProcess, "exit");
  const read = (async () => {
    for await (const line of readLines(stdout, maxLineBytes)) onLine(line);
    // Nothing that it does behind the end of its output could be heard.
    if (!(await settlesWithin(gone, closingTime))) throw new Error("it is closed");
  })().catch((error: unknown) => {
    if (isOver) return;
    // Whoever can't take its output can't work with the process.
    said += `\nCannot read output: ${reasonOf(error)}`;
    signal(-Number(child.pid), "SIGKILL");
  });
  await gone;
  isOver = true;
  // A grandchild may hold the pipes open for ever; what the process said is there by now.
  const enough = new AbortController();
  const late = delay(drainTime, undefined, { signal: enough.signal }).catch(() => {});
  await Promise.race([read, late]);
  enough.abort();
  stdout.destroy();
  stderr.destroy();
  const { exitCode: code, signal: name } = await child;
  return { code, signal: name, stderr: said };
}
