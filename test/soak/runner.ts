import { join } from "node:path";
import { seal, sealHeader } from "#shared/seal.ts";
import { until } from "../until.ts";
import type { Asked, Sending } from "./asked.ts";
import { installCli } from "./install-cli.ts";
import { processesOf } from "./processes.ts";
import { type Program, startProgram } from "./program.ts";

const secret = "runner-secret-of-the-soak";

/** A runner that is killed and started again; whoever asks it something waits for the next one. */
export class Runner implements Asked, AsyncDisposable {
  /** Everything that was ever logged as an error. */
  readonly errors: Program["errors"][number][] = [];
  /** What was wrong when it was asked to end. */
  readonly problems: string[] = [];
  /** How often it was killed. */
  kills = 0;
  readonly stateDir: string;
  readonly #folder: string;
  readonly #seed: string;
  #program: Program | undefined;
  #isOver = false;

  constructor(folder: string, seed: string) {
    this.#folder = folder;
    this.#seed = seed;
    this.stateDir = join(folder, "state");
  }

  /** The run was given up or is through: nobody waits for a program any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The program that runs. */
  get program(): Program {
    if (this.#program === undefined) throw new Error("Runner does not run");
    return this.#program;
  }

  async start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#program = await startProgram("runner", this.#folder, {
      RUNNER_PORT: "0",
      RUNNER_SECRET: secret,
      RUNNER_STATE_DIR: this.stateDir,
      CLAUDE_CLI_PATH: await installCli(this.#folder),
      CLAUDE_PASS_ENVIRONMENT: "SOAK_FOLDER SOAK_SEED",
      SOAK_FOLDER: this.#folder,
      SOAK_SEED: this.#seed,
      ANTHROPIC_API_KEY: "nobody-asks-the-api",
      ...settings,
      ...environment,
    });
    // It was disposed of meanwhile.
    if (this.#isOver) await this.stop("SIGKILL");
  }

  /** Ends it and starts it again in the same folder, with other settings. */
  async restart(
    signal: "SIGTERM" | "SIGKILL",
    environment: Readonly<Record<string, string>>,
  ): Promise<void> {
    await this.stop(signal);
    await this.start(environment);
  }

  /** Ends it. What asks it to end has to do so in time, and to leave nothing behind. */
  async stop(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const { program } = this;
    this.#program = undefined;
    const began = performance.now();
    const code = await program.stop(signal);
    this.errors.push(...program.errors);
    if (signal === "SIGKILL") {
      this.kills += 1;
      return;
    }
    const ms = performance.now() - began;
    if (code !== 0 || ms > stopTime) this.problems.push(`It ended with ${code} after ${ms} ms`);
    const left = await processesOf(this.stateDir);
    if (left.length > 0) this.problems.push(`It left behind: ${left}`);
  }

  /** Asks the runner, as often as it takes until one answers. @throws Error for a refusal. */
  async ask(
    path: string,
    { method = "GET", body, headers = {}, allowed = [] }: Sending = {},
  ): Promise<Response> {
    const bytes = new TextEncoder().encode(body === undefined ? "" : JSON.stringify(body));
    for (;;) {
      await until(() => this.#program !== undefined || this.#isOver);
      const { program } = this;
      const response = await fetch(program.url + path, {
        method,
        headers: {
          ...headers,
          ...(body !== undefined && { "content-type": "application/json" }),
          [sealHeader]: seal(secret, { method, path, body: bytes }, Date.now()),
        },
        ...(body !== undefined && { body: bytes }),
      }).catch((error: unknown) => {
        if (this.#program === program) throw error;
      });
      if (response === undefined) continue;
      if (response.ok || allowed.includes(response.status)) return response;
      const text = await response.text();
      if (response.status !== 503) {
        throw new Error(`${method} ${path}: ${response.status} ${text}`);
      }
    }
  }

  /** Ends the process of a session, unless a task was faster. */
  async endSession(id: string): Promise<void> {
    await this.ask(`/v1/sessions/${id}`, { method: "DELETE", allowed: [409] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    if (this.#program !== undefined) await this.stop("SIGKILL");
  }
}

/** How long it may take to end, in milliseconds. */
const stopTime = 5000;

/** Short waits, little room, and thresholds that keep all modes in play. */
const settings = {
  RUNNER_CLONE_PROTOCOLS: "file",
  ASYNC_MAX_SESSIONS: "8",
  ASYNC_MIN_IDLE_SESSIONS: "1",
  ASYNC_IDLE_TIMEOUT: "1s",
  ASYNC_SESSION_TTL: "5s",
  ASYNC_SILENCE_TIMEOUT: "500ms",
  ASYNC_STARTUP_TIMEOUT: "2s",
  ASYNC_FORCE_KILL_TIMEOUT: "100ms",
  ASYNC_GRACEFUL_SHUTDOWN_TIMEOUT: "100ms",
  SESSION_MEMORY_LIMIT: "1T",
  ASYNC_RETRY_INITIAL_DELAY: "20ms",
  ASYNC_CIRCUIT_BREAKER_OPEN_TIMEOUT: "50ms",
  FALLBACK_ENABLED: "false",
};
