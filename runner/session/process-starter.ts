import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import pLimit from "p-limit";
import { CicdError } from "#shared/error.ts";
import type { Start } from "#shared/task.ts";
import { type CliArgumentOptions, cliArguments, type Opening } from "../claude/arguments.ts";
import { CliProcess, type CliProcessOptions } from "../claude/cli-process.ts";
import type { Connection, Meter } from "../claude/connection.ts";
import type { Conversation } from "../store/store.ts";
import type { Serving } from "./serving.ts";

/** What all processes of a runner have in common. */
export interface CliSettings
  extends CliArgumentOptions,
    Pick<
      CliProcessOptions,
      "executable" | "onSpawn" | "startupTimeout" | "patience" | "silenceTimeout" | "maxLineBytes"
    > {
  /** What differs for pull requests from forks; default nothing. */
  readonly confined?: Pick<CliArgumentOptions, "tools" | "instructions"> | undefined;
  /** Connects a process that is about to be started to the model's API. */
  readonly connect: (meter: () => Meter | undefined) => Connection;
}

/** What is started. */
export interface StartOptions {
  /** The conversation to resume; null for a new one. */
  readonly conversation: Conversation | null;
  /** `spare` and `one_shot` are ways to begin a new one. */
  readonly start: Exclude<Start, "warm">;
  /** With the settings for pull requests from forks; default false. */
  readonly confined?: boolean;
  /** Told to the CLI, which joins the trace where it records one itself. */
  readonly traceparent?: string | undefined;
  readonly cwd: string;
  readonly onState: NonNullable<CliProcessOptions["onState"]>;
}

/** Starts processes, no more at once than there are cores: each takes most of one for a while. */
export class ProcessStarter {
  readonly #cli: CliSettings;
  readonly #limit = pLimit(availableParallelism());
  readonly #stopping = new AbortController();

  constructor(cli: CliSettings) {
    this.#cli = cli;
  }

  /** @throws CicdError `shutting_down` once stopped, and what {@link CliProcess.start} throws. */
  async start({
    conversation,
    start,
    confined = false,
    traceparent,
    cwd,
    onState,
  }: StartOptions): Promise<Serving> {
    const { signal } = this.#stopping;
    signal.throwIfAborted();
    const id = conversation?.id ?? randomUUID();
    const opening: Opening = { kind: kindOf(conversation, start), id };
    return await this.#limit(async () => {
      const connection = this.#cli.connect(() => serving?.meter);
      let serving: Serving | undefined;
      try {
        const { environment, isModelAtWork } = connection;
        const process = await CliProcess.start(
          {
            ...this.#cli,
            arguments: cliArguments(opening, { ...this.#cli, ...(confined && this.#cli.confined) }),
            environment: {
              ...environment,
              ...(traceparent !== undefined && { TRACEPARENT: traceparent }),
            },
            isModelAtWork,
            cwd,
            onState,
          },
          signal,
        );
        void process.exited.finally(() => connection[Symbol.dispose]());
        const served = conversation ?? { id, costUsd: 0, transcript: null };
        serving = {
          process,
          cwd,
          start,
          turn: undefined,
          idle: connection.idle,
          meter: undefined,
          conversation: served,
          costUsd: served.costUsd,
          isRemembered: conversation !== null,
        };
        return serving;
      } catch (error) {
        connection[Symbol.dispose]();
        throw error;
      }
    });
  }

  /** Starts nothing more, and gives up on what is starting. */
  stop(): void {
    this.#stopping.abort(new CicdError("shutting_down", "Cannot start process: runner stops"));
  }
}

function kindOf(conversation: Conversation | null, start: Start): Opening["kind"] {
  if (conversation !== null) return "resume";
  return start === "one_shot" ? "unsaved" : "new";
}
