import type { Start } from "#shared/task.ts";
import type { CliProcess } from "../claude/cli-process.ts";
import type { Connection, Meter } from "../claude/connection.ts";
import type { Conversation } from "../store/store.ts";

/** A process that runs, and the conversation that it serves. */
export interface Serving {
  readonly process: CliProcess;
  /** The folder that it works in. */
  readonly cwd: string;
  /** How it came to be. */
  readonly start: Exclude<Start, "warm">;
  /** The turn that runs, or ran last; what it cost is counted once it has settled. */
  turn: Promise<unknown> | undefined;
  /** See {@link Connection}. */
  readonly idle: Connection["idle"];
  /** Who meters what it uses; set while a turn runs. */
  meter: Meter | undefined;
  /** As the store knows it, once it is remembered. */
  conversation: Conversation;
  /** What the conversation has cost by now, in US dollars, as the CLI counts it. */
  costUsd: number;
  /** The store knows the conversation: a message was sent. */
  isRemembered: boolean;
}
