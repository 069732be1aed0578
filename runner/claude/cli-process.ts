import { randomUUID } from "node:crypto";
import { CicdError } from "#shared/error.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { ProcessState } from "#shared/session.ts";
import { answerTo } from "./answer.ts";
import { type Child, type ChildOptions, startChild } from "./child.ts";
import { Controls } from "./controls.ts";
import { toJournalEvents } from "./events.ts";
import { type Exit, exitFailure } from "./failure.ts";
import { type ControlRequest, controlLine, toolHook, type UserMessage, userLine } from "./input.ts";
import type { Line } from "./lines.ts";
import {
  type CliMessage,
  type CliResult,
  type ControlRequestMessage,
  parseLine,
} from "./output.ts";
import { type ProcessEvent, type State, type TurnEnd, transition } from "./process-state.ts";
import { type EndingStep, terminate } from "./terminate.ts";
import { Turn, type TurnOptions, type WatchOptions } from "./turn.ts";
import { settlesWithin } from "./within.ts";

/** How a process is started, watched and ended. Times in milliseconds. */
export interface CliProcessOptions extends ChildOptions, WatchOptions {
  readonly startupTimeout: number;
  /** How long each step of ending it may take, and an interrupt. */
  readonly patience: number;
  /** Told of its pid as soon as there is one, before it does anything. Must not throw. */
  readonly onSpawn?: ((pid: number) => void) | undefined;
  readonly onState?: ((from: ProcessState, to: ProcessState, pid: number) => void) | undefined;
}

/** A turn that was interrupted. */
export interface StoppedTurn {
  readonly kind: "stopped";
  /** Of the signal; or a CicdError `cli_silent`, when the process hung. */
  readonly reason: unknown;
  /** What the CLI told of it, its cost above all; undefined when it died. */
  readonly result: CliResult | undefined;
}

/** One lasting CLI process. It serves one conversation, one turn at a time, until it is ended. */
export class CliProcess {
  /** Settles when the process is gone and its output is read; see {@link Child.exited}. */
  readonly exited: Promise<Exit>;
  readonly #child: Child;
  readonly #options: CliProcessOptions;
  readonly #controls = new Controls();
  /** Ids of the messages that it has taken up: sent again it drops them, without a word. */
  readonly #taken = new Set<string>();
  #state: State = { name: "starting" };
  #turn: Turn | undefined;

  /**
   * Starts a process and waits until it answers.
   * @throws CicdError `cli_missing`, `cli_start_timeout`, `session_lost` or `cli_exited`, `internal`
   * when the machine can't start it now; the signal's reason when it aborts.
   */
  static async start(options: CliProcessOptions, signal: AbortSignal): Promise<CliProcess> {
    signal.throwIfAborted();
    const process = new CliProcess(options);
    const timeout = AbortSignal.timeout(options.startupTimeout);
    const stop = AbortSignal.any([signal, timeout]);
    const kill = () => void process.end("SIGKILL");
    stop.addEventListener("abort", kill, { once: true });
    try {
      await process.#control({ subtype: "initialize", ...toolHook });
      process.#apply({ type: "initialized" });
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
    this.#child = startChild(options, (line) => this.#read(line));
    if (this.#child.pid > 0) options.onSpawn?.(this.#child.pid);
    this.exited = this.#child.exited.then((exit) => {
      this.#apply({ type: "exited", exit });
      return exit;
    });
    this.exited.catch(() => {});
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The state as the API names it. */
  get state(): ProcessState {
    return this.#state.name;
  }

  /**
   * Sends a message and follows it to its end. Aborting the signal interrupts it, and so does its
   * silence: the process serves on, unless it does not obey within its patience.
   * @throws CicdError `cli_exited` when the process ends first, `conflict` when a turn runs; the
   * signal's reason when it has aborted already.
   */
  async turn(message: UserMessage, options: TurnOptions): Promise<TurnEnd | StoppedTurn> {
    options.signal.throwIfAborted();
    if (this.#state.name === "dead") throw exitFailure(this.#state.exit);
    if (this.#state.name !== "ready") {
      throw new CicdError("conflict", `Cannot start turn: process is ${this.#state.name}`);
    }
    using turn = new Turn(options, this.#options);
    this.#turn = turn;
    const stop = AbortSignal.any([options.signal, turn.hung]);
    let stopping: Promise<StoppingStep> | undefined;
    const onStop = () => {
      stopping = this.#stopTurn(turn);
    };
    stop.addEventListener("abort", onStop, { once: true });
    this.#apply({ type: "sent", uuid: message.uuid });
    void this.#child.write(userLine(message));
    let end: TurnEnd | undefined;
    try {
      end = await turn.end.promise;
      if (stopping === undefined) return end;
    } catch (error) {
      if (stopping === undefined) throw error;
    } finally {
      stop.removeEventListener("abort", onStop);
      this.#turn = undefined;
    }
    options.onEvent({ type: "turn.stopped", data: { step: await stopping } });
    // That the process died, or gave a result, is but how it obeyed.
    return { kind: "stopped", reason: stop.reason, result: end && resultOf(end) };
  }

  /**
   * Sends a message into the turn that runs, which takes it up between two steps or behind its
   * first result. Resolves when the pipe has taken it; at once where the process knows it already.
   * @throws CicdError `conflict` when no turn runs.
   */
  async say(message: UserMessage): Promise<void> {
    if (this.#state.name !== "busy") {
      throw new CicdError("conflict", `Cannot send feedback: process is ${this.#state.name}`);
    }
    if (this.#taken.has(message.uuid)) return;
    this.#apply({ type: "sent", uuid: message.uuid });
    await this.#child.write(userLine(message));
  }

  /** Uses another model from the next request on. @throws CicdError `cli_protocol`. */
  async setModel(model: string): Promise<void> {
    const answered = this.#control({ subtype: "set_model", model });
    const { patience } = this.#options;
    if (await settlesWithin(answered, patience)) return await answered;
    throw new CicdError("cli_protocol", `CLI did not change its model within ${patience} ms`);
  }

  /** Ends the process in steps, beginning with `from`; tells after which step it was gone. */
  async end(from: EndingStep = "end_session"): Promise<EndingStep> {
    if (this.pid === 0 || this.#state.name === "dead") return from;
    const target = {
      pid: this.pid,
      exited: this.exited,
      endSession: () => this.#tell({ subtype: "end_session" }),
      closeInput: () => this.#child.closeInput(),
    };
    return await terminate(target, { patience: this.#options.patience, from });
  }

  /** Interrupts a turn, and ends the process if it does not obey; tells what helped. */
  async #stopTurn({ end }: Turn): Promise<StoppingStep> {
    this.#tell({ subtype: "interrupt", cancel_queued: true });
    if (await settlesWithin(end.promise, this.#options.patience)) return "interrupt";
    return await this.end("eof");
  }

  #read(line: Line): void {
    this.#turn?.heard();
    if (line.kind === "dropped") {
      this.#emit({ type: "output.dropped", data: { bytes: line.bytes } });
      return;
    }
    if (line.text.trim() === "") return;
    const parsed = parseLine(line.text);
    if (parsed.known) this.#receive(parsed.message);
    else this.#emit({ type: "output.unknown", data: { line: parsed.text.slice(0, 4000) } });
  }

  #receive(message: CliMessage): void {
    switch (message.type) {
      case "control_response":
        this.#controls.settle(message.response);
        break;
      case "control_request":
        void this.#answer(message);
        break;
      case "result":
        // Results that no message of ours asked for end nothing: a finished background task, say.
        this.#apply({ type: "answered", uuids: message.user_message_uuids, result: message });
        break;
      case "command_lifecycle":
        this.#follow(message.command_uuid, message.state);
        break;
      default:
        for (const event of toJournalEvents(message)) this.#emit(event);
    }
  }

  /** What becomes of a message; the end of one of an earlier turn may come in this one. */
  #follow(uuid: string, state: string): void {
    if (state === "started") this.#taken.add(uuid);
    if (this.#state.name !== "busy" || !this.#state.turn.pending.has(uuid)) return;
    if (this.#turn !== undefined) this.#turn.isTaken = true;
    // Without a result it was answered before, or an interrupt has taken it off the queue.
    if (ends.has(state)) this.#apply({ type: "completed", uuid });
  }

  async #answer(request: ControlRequestMessage): Promise<void> {
    await this.#child.write(await answerTo(request, this.#turn));
  }

  #emit(event: JournalEvent): void {
    this.#turn?.emit(event);
  }

  async #control(request: ControlRequest): Promise<void> {
    const gone = this.exited.then((exit) => {
      throw exitFailure(exit);
    });
    await this.#controls.request(request, { write: (line) => this.#child.write(line), gone });
  }

  /** Sends a request whose answer is seen by what comes of it. */
  #tell(request: ControlRequest): void {
    void this.#child.write(controlLine(randomUUID(), request));
  }

  /** The one place where the state changes; whoever waits for that is told. */
  #apply(event: ProcessEvent): void {
    const before = this.#state;
    const next = transition(before, event);
    this.#state = next;
    if (before.name === next.name) return;
    if (before.name === "busy" && next.name === "ready" && next.lastEnd !== undefined) {
      this.#turn?.end.resolve(next.lastEnd);
    }
    if (next.name === "dead") this.#turn?.end.reject(exitFailure(next.exit));
    this.#options.onState?.(before.name, next.name, this.pid);
  }
}

/** What the CLI says last of a message; `queued` and `started` come before. */
const ends: ReadonlySet<string> = new Set(["completed", "cancelled", "discarded", "refused"]);

/** What a turn can be stopped by: only the first leaves the process alive. */
type StoppingStep = "interrupt" | EndingStep;

function resultOf(end: TurnEnd): CliResult | undefined {
  return end.kind === "result" ? end.result : undefined;
}
