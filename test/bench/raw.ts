import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { execa } from "execa";
import * as z from "zod";
import { cliArguments } from "#runner/claude/arguments.ts";
import { userLine } from "#runner/claude/input.ts";
import { readingTools } from "#runner/claude/tools.ts";
import { instructions } from "#runner/review/instructions.ts";
import { claudeCli } from "../claude-cli.ts";

/** What a bare CLI runs in. */
export interface RawSetting {
  readonly environment: Readonly<Record<string, string>>;
  readonly stateDir: string;
  readonly cwd: string;
  /** Aborting it ends the process. */
  readonly signal: AbortSignal;
}

/** When a turn said its first word and when its result was there, in milliseconds from its start. */
export interface RawTurn {
  readonly firstMs: number;
  readonly totalMs: number;
}

/** A lasting process with nothing around it. Disposal waits for its end. */
export interface RawProcess extends AsyncDisposable {
  /** Sends a prompt; the first turn counts from the spawn on. @throws Error without a success. */
  turn(prompt: string): Promise<RawTurn>;
}

/** Runs `claude -p` for one prompt, from its start to its result. */
export async function oneShot(prompt: string, setting: RawSetting): Promise<RawTurn> {
  const began = performance.now();
  const args = lastingArguments();
  // The prompt is plain text, and the process ends by itself: all else is the same.
  const cli = spawn(args.toSpliced(args.indexOf("--input-format"), 2), setting);
  cli.child.stdin.end(prompt);
  try {
    return await readTurn(cli, began);
  } finally {
    await cli.child;
  }
}

/** Starts a process that serves one turn after the other. */
export function startRaw(setting: RawSetting): RawProcess {
  let spawned: number | undefined = performance.now();
  const cli = spawn(lastingArguments(), setting);
  return {
    turn: async (prompt) => {
      const began = spawned ?? performance.now();
      spawned = undefined;
      cli.child.stdin.write(userLine({ uuid: randomUUID(), text: prompt }));
      return await readTurn(cli, began);
    },
    [Symbol.asyncDispose]: async () => {
      cli.child.stdin.end();
      await cli.child;
    },
  };
}

function lastingArguments(): string[] {
  const told = instructions({ allow: readingTools, ask: [] });
  const options = { model: "sonnet", maxTurns: 10, instructions: told };
  return cliArguments({ kind: "new", id: randomUUID() }, options);
}

type Cli = ReturnType<typeof spawn>;

function spawn(args: readonly string[], { environment, cwd, signal }: RawSetting) {
  signal.throwIfAborted();
  const child = execa(claudeCli, args, {
    cwd,
    env: environment,
    extendEnv: false,
    stdin: "pipe",
    buffer: false,
    reject: false,
    cancelSignal: signal,
  });
  // A process that is gone breaks the pipe; that it is gone is seen by its exit.
  child.stdin.on("error", () => {});
  return { child, lines: createInterface({ input: child.stdout }) };
}

const Output = z.object({
  type: z.string(),
  is_error: z.boolean().optional(),
  event: z.object({ delta: z.object({ type: z.string().optional() }).optional() }).optional(),
});

async function readTurn({ lines }: Cli, began: number): Promise<RawTurn> {
  let firstMs: number | undefined;
  const { promise, resolve, reject } = Promise.withResolvers<RawTurn>();
  const onLine = (line: string) => {
    const { type, is_error, event } = Output.parse(JSON.parse(line));
    if (event?.delta?.type === "text_delta") firstMs ??= performance.now() - began;
    if (type !== "result") return;
    const totalMs = performance.now() - began;
    if (is_error || firstMs === undefined) reject(new Error(`Raw turn failed: ${line}`));
    else resolve({ firstMs, totalMs });
  };
  const onClose = () => reject(new Error("Raw process ended before its result"));
  lines.on("line", onLine).on("close", onClose);
  try {
    return await promise;
  } finally {
    lines.off("line", onLine).off("close", onClose);
  }
}
