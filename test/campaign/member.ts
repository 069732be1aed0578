import { descendantsOf, killAll } from "#runner/claude/process-tree.ts";
import { type Program, startProgram } from "../soak/program.ts";

/** What a program of a fleet is started with. */
export interface MemberOptions {
  readonly command: "runner" | "edge";
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Its end is that of its machine: what it has started ends with it. */
  readonly isMachine: boolean;
}

/** What is killed and started again. */
export interface Mortal {
  readonly command: "runner" | "edge" | "database";
  /** How often it was killed. */
  readonly kills: number;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** One program of a fleet, through all its lives. */
export class Member implements Mortal {
  /** Everything that it ever logged as an error. */
  readonly errors: Program["errors"][number][] = [];
  /** How often it was killed. */
  kills = 0;
  readonly #options: MemberOptions;
  #program: Program | undefined;

  constructor(options: MemberOptions) {
    this.#options = options;
  }

  get command(): MemberOptions["command"] {
    return this.#options.command;
  }

  async start(): Promise<void> {
    const { command, folder, environment } = this.#options;
    this.#program = await startProgram(command, folder, environment);
  }

  /** Ends it by SIGKILL. */
  async kill(): Promise<void> {
    const { program } = this;
    this.#program = undefined;
    // Asked before: what has no parent any more can't be found by it.
    const family = this.#options.isMachine ? await descendantsOf(program.pid) : [];
    const gone = program.stop("SIGKILL");
    await killAll(family);
    await gone;
    this.kills += 1;
    this.errors.push(...program.errors);
  }

  /** Asks it to end; resolves to what is wrong with how it did. */
  async stop(): Promise<string | undefined> {
    const program = this.#program;
    this.#program = undefined;
    const code = await program?.stop("SIGTERM");
    this.errors.push(...(program?.errors ?? []));
    if (code === 0) return undefined;
    return `The ${this.command} ended with ${code}: ${program?.said.join(" | ")}`;
  }

  get isRunning(): boolean {
    return this.#program !== undefined;
  }

  get program(): Program {
    if (this.#program === undefined) throw new Error(`Cannot reach ${this.command}: it is down`);
    return this.#program;
  }
}
