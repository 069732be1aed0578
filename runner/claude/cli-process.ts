import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { CicdError } from "#shared/error.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { ProcessState } from "#shared/session.ts";
import { toJournalEvents } from "./events.ts";
import { type Exit, exitFailure, spawnFailure } from "./failure.ts";
import {
  type ControlRequest,
  controlLine,
  refusalLine,
  type UserMessage,
  userLine,
} from "./input.ts";
import { readLines } from "./lines.ts";
import { type CliMessage, type CliResult, parseLine } from "./output.ts";
import { type EndingStep, terminate } from "./terminate.ts";

/** How a process is started and ended. Times in milliseconds. */
export interface CliProcessOptions {
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly startupTimeout: number;
  /** How long each step of ending it may take, and an interrupt. */
  readonly patience: number;
  readonly maxLineBytes?: number;
  readonly onState?: (from: ProcessState, to: ProcessState) => void;
}

/** How a turn is followed and stopped. */
export interface TurnOptions {
  /** Aborting it interrupts the turn, which then ends with the signal's reason. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: JournalEvent) => void;
}

/**
 * What a message led to: a result, or nothing because the conversation has an answer to its uuid
 * from before.
 */
export type TurnEnd =
  | { readonly kind: "result"; readonly result: CliResult }
  | { readonly kind: "answered_before" };

/** Each state with what only it has; {@link ProcessState} is its public name. */
type State =
  /** Spawned, and its `initialize` not yet answered. */
  | { readonly name: "starting" }
  | { readonly name: "ready" }
  /** A message was sent whose end is not seen. */
  | { readonly name: "busy"; readonly turn: ActiveTurn }
  | { readonly name: "dead"; readonly exit: Exit };

interface ActiveTurn {
  readonly uuid: string;
  readonly onEvent: (event: JournalEvent) => void;
  readonly end: PromiseWithResolvers<TurnEnd>;
}

const defaultMaxLineBytes = 16 * 1024 * 1024;
const stderrKept = 4096;
/** How long output may still come behind the exit, in milliseconds. */
const drainTime = 500;

/** One lasting CLI process. It serves one conversation, one turn at a time, until it is ended. */
export class CliProcess {
  readonly pid: number;
  /** Settles, and never rejects, when the process is gone and its output is read. */
  readonly exited: Promise<Exit>;
  readonly #child: ReturnType<typeof spawn>;
  readonly #options: CliProcessOptions;
  readonly #controls = new Map<string, PromiseWithResolvers<void>>();
  #state: State = { name: "starting" };
  #stderr = "";

  /**
   * Starts a process and waits until it answers.
   * @throws CicdError `cli_missing`, `cli_start_timeout`, `session_lost` or `cli_exited`; the
   * signal's reason when it aborts.
   */
  static async start(options: CliProcessOptions, signal: AbortSignal): Promise<CliProcess> {
    signal.throwIfAborted();
    const process = new CliProcess(options);
    const timeout = AbortSignal.timeout(options.startupTimeout);
    const stop = AbortSignal.any([signal, timeout]);
    const kill = () => void process.end("SIGKILL");
    stop.addEventListener("abort", kill, { once: true });
    try {
      await process.#control({ subtype: "initialize" });
      return process;
    } catch (error) {
      await process.end("SIGKILL");
      signal.throwIfAborted();
      if (!timeout.aborted) throw error;
      const limit = `${options.startupTimeout} ms`;
      throw new CicdError("cli_start_timeout", `CLI did not answer within ${limit} of its start`, {
        cause: error,
      });
    } finally {
      stop.removeEventListener("abort", kill);
    }
  }

  private constructor(options: CliProcessOptions) {
    this.#options = options;
    this.#child = spawn(options);
    this.pid = this.#child.pid ?? 0;
    this.exited = this.pid === 0 ? this.#failToSpawn() : this.#live();
    this.exited.catch(() => {});
    // A process that is gone breaks the pipe; that it is gone is seen by its exit.
    this.#child.stdin.on("error", () => {});
  }

  /** The state as the API names it. */
  get state(): ProcessState {
    return this.#state.name;
  }

  /**
   * Sends a message and follows it to its end. Aborting the signal interrupts it: the process
   * serves on, unless it does not obey within its patience.
   * @throws CicdError `cli_exited` when the process ends first, `conflict` when a turn runs.
   */
  async turn(message: UserMessage, { signal, onEvent }: TurnOptions): Promise<TurnEnd> {
    signal.throwIfAborted();
    if (this.#state.name === "dead") throw exitFailure(this.#state.exit);
    if (this.#state.name !== "ready") {
      throw new CicdError("conflict", `Cannot start turn: process is ${this.#state.name}`);
    }
    const turn = { uuid: message.uuid, onEvent, end: Promise.withResolvers<TurnEnd>() };
    this.#setState({ name: "busy", turn });
    let late: NodeJS.Timeout | undefined;
    const interrupt = () => {
      this.#send(controlLine(randomUUID(), { subtype: "interrupt" }));
      late = setTimeout(() => void this.end("SIGTERM"), this.#options.patience);
    };
    signal.addEventListener("abort", interrupt, { once: true });
    try {
      this.#send(userLine(message));
      const end = await turn.end.promise;
      signal.throwIfAborted();
      return end;
    } catch (error) {
      // That the process died is but how the interrupt went.
      signal.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(late);
      signal.removeEventListener("abort", interrupt);
    }
  }

  /** Ends the process in steps, beginning with `from`; tells after which step it was gone. */
  async end(from: EndingStep = "end_session"): Promise<EndingStep> {
    if (this.pid === 0 || this.#state.name === "dead") return from;
    const target = {
      pid: this.pid,
      exited: this.exited,
      endSession: () => this.#send(controlLine(randomUUID(), { subtype: "end_session" })),
      closeInput: () => this.#child.stdin.end(),
    };
    return await terminate(target, { patience: this.#options.patience, from });
  }

  /** Execa tells in its result why there is no process. */
  async #failToSpawn(): Promise<never> {
    const { cause } = await this.#child;
    throw spawnFailure(this.#options.executable, cause);
  }

  /** Reads what the process says, until it is gone. */
  async #live(): Promise<Exit> {
    const { stdout, stderr } = this.#child;
    stderr.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString("utf8")).slice(-stderrKept);
    });
    const read = this.#read().catch(() => {});
    await once(this.#child.nodeChildProcess, "exit");
    // A grandchild may hold the pipes open for ever; what the process said is there by now.
    const enough = new AbortController();
    await Promise.race([
      read,
      delay(drainTime, undefined, { signal: enough.signal }).catch(() => {}),
    ]);
    enough.abort();
    stdout.destroy();
    stderr.destroy();
    const { exitCode: code, signal } = await this.#child;
    const exit = { code, signal, stderr: this.#stderr };
    this.#setState({ name: "dead", exit });
    return exit;
  }

  async #read(): Promise<void> {
    const { maxLineBytes = defaultMaxLineBytes } = this.#options;
    for await (const line of readLines(this.#child.stdout, maxLineBytes)) {
      if (line.kind === "dropped") {
        this.#emit({ type: "output.dropped", data: { bytes: line.bytes } });
        continue;
      }
      if (line.text.trim() === "") continue;
      const parsed = parseLine(line.text);
      if (parsed.known) this.#receive(parsed.message);
      else this.#emit({ type: "output.unknown", data: { line: parsed.text.slice(0, 4000) } });
    }
  }

  #receive(message: CliMessage): void {
    switch (message.type) {
      case "control_response":
        this.#settleControl(message.response);
        break;
      case "control_request":
        this.#send(refusalLine(message.request_id, message.request.subtype));
        break;
      case "result":
        // Results that no message of ours asked for end nothing: a finished background task, say.
        this.#endTurn(message.user_message_uuids, { kind: "result", result: message });
        break;
      case "command_lifecycle":
        // Behind the result that ended the turn; without one the uuid was answered before.
        if (message.state === "completed") {
          this.#endTurn([message.command_uuid], { kind: "answered_before" });
        }
        break;
      default:
        for (const event of toJournalEvents(message)) this.#emit(event);
    }
  }

  #emit(event: JournalEvent): void {
    if (this.#state.name === "busy") this.#state.turn.onEvent(event);
  }

  #endTurn(uuids: readonly string[], end: TurnEnd): void {
    if (this.#state.name !== "busy" || !uuids.includes(this.#state.turn.uuid)) return;
    const { turn } = this.#state;
    this.#setState({ name: "ready" });
    turn.end.resolve(end);
  }

  async #control(request: ControlRequest): Promise<void> {
    const id = randomUUID();
    const answer = Promise.withResolvers<void>();
    this.#controls.set(id, answer);
    try {
      this.#send(controlLine(id, request));
      const gone = this.exited.then((exit) => {
        throw exitFailure(exit);
      });
      await Promise.race([answer.promise, gone]);
    } finally {
      this.#controls.delete(id);
    }
    if (this.#state.name === "starting") this.#setState({ name: "ready" });
  }

  #settleControl(response: { subtype: "success" | "error"; request_id: string; error?: unknown }) {
    const control = this.#controls.get(response.request_id);
    if (response.subtype === "success") control?.resolve();
    else control?.reject(new CicdError("cli_protocol", `CLI refused a request: ${response.error}`));
  }

  #send(line: string): void {
    if (this.#child.stdin.writable) this.#child.stdin.write(line);
  }

  /** The one place where the state changes; whoever waits for what the old one had is told. */
  #setState(next: State): void {
    const before = this.#state;
    if (before.name === "dead") return;
    this.#state = next;
    if (before.name === "busy" && next.name === "dead") {
      before.turn.end.reject(exitFailure(next.exit));
    }
    this.#options.onState?.(before.name, next.name);
  }
}

function spawn({ executable, arguments: args, environment, cwd }: CliProcessOptions) {
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
