import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

const program = new URL("program.ts", import.meta.url).pathname;

/** A run of `program.ts`; disposal kills it. */
export interface Child extends AsyncDisposable {
  /** All lines that it has said so far. */
  readonly lines: readonly string[];
  /**
   * Waits until it has said so many lines.
   * @throws Error when it ends first, with what it wrote to its standard error.
   */
  said(count: number): Promise<void>;
  /** Waits until it has ended by itself and all that it said is in `lines`. */
  ended(): Promise<void>;
  /** Ends it by SIGKILL and waits until all that it said is in `lines`. */
  kill(): Promise<void>;
}

/** Starts `program.ts <what> <folder>`; with `fileSize` no file of it can grow beyond so many KiB. */
export function startChild(
  what: string,
  folder: string,
  { fileSize }: { fileSize?: number } = {},
): Child {
  const limit = fileSize === undefined ? "" : `ulimit -f ${fileSize}; `;
  const command = `${limit}exec "$0" "$@"`;
  return follow(
    spawn("bash", ["-c", command, process.execPath, program, what, folder], {
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
}

function follow(child: ChildProcessByStdio<null, Readable, Readable>): Child {
  const lines: string[] = [];
  let trouble = "";
  let wake = Promise.withResolvers<void>();
  const closed = once(child, "close");
  const readers = createInterface(child.stdout).on("line", (line) => {
    lines.push(line);
    wake.resolve();
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    trouble += text;
  });
  const ended = async () => {
    await closed;
    readers.close();
  };
  const kill = async () => {
    child.kill("SIGKILL");
    await ended();
  };
  return {
    lines,
    ended,
    kill,
    said: async (count) => {
      while (lines.length < count) {
        wake = Promise.withResolvers();
        const over = await Promise.race([wake.promise.then(() => false), closed.then(() => true)]);
        if (over && lines.length < count) throw new Error(`Child has ended: ${trouble}`);
      }
    },
    [Symbol.asyncDispose]: kill,
  };
}
