import { CicdError } from "#shared/error.ts";
import type { ProcessState } from "#shared/session.ts";
import type { Start } from "#shared/task.ts";
import type { Exit } from "../claude/failure.ts";
import type { Store } from "../store/store.ts";
import { type CliSettings, ProcessStarter } from "./process-starter.ts";
import type { Serving } from "./serving.ts";
import type { Workspaces } from "./workspaces.ts";

/** What opening conversations needs. */
export interface OpenerOptions {
  readonly store: Pick<Store, "session" | "setConversation">;
  readonly workspaces: Workspaces;
  readonly cli: CliSettings;
  readonly onState?: (change: StateChange) => void;
}

/** A process went from one state to the next; a spare has no session. */
interface StateChange {
  readonly sessionId: string | undefined;
  readonly pid: number;
  readonly from: ProcessState;
  readonly to: ProcessState;
}

/** How a session's process is opened. */
export interface OpenRequest {
  /** A process of its own, for a conversation that nobody comes back to. */
  readonly oneShot?: boolean;
  /** For a pull request from a fork: with `cli.confined` where that is set. */
  readonly confined?: boolean;
  /** The step of a trace that it is for. */
  readonly traceparent?: string | undefined;
  /** A process has to be started first, in this way. */
  readonly onStarting?: ((start: Exclude<Start, "warm" | "spare">) => void) | undefined;
}

/** Opens conversations: starts the process that goes on with one, or begins it. */
export class Opener {
  readonly #options: OpenerOptions;
  readonly #starter: ProcessStarter;

  constructor(options: OpenerOptions) {
    this.#options = options;
    this.#starter = new ProcessStarter(options.cli);
  }

  /**
   * Opens the conversation of a session in a workspace: the one that it has, else a new one.
   * @throws CicdError of what {@link ProcessStarter.start} throws.
   */
  async open(
    sessionId: string,
    workspace: string,
    { oneShot = false, confined = false, traceparent, onStarting }: OpenRequest,
  ): Promise<Serving> {
    const { store, workspaces } = this.#options;
    const { conversation = null } = (await store.session(sessionId)) ?? {};
    const cwd = await workspaces.prepare(workspace);
    const how = { confined, traceparent, cwd, onState: this.#stateChange(sessionId) };
    if (conversation !== null && !oneShot) {
      onStarting?.("resumed");
      try {
        return await this.#starter.start({ ...how, conversation, start: "resumed" });
      } catch (error) {
        if (!(error instanceof CicdError && error.code === "session_lost")) throw error;
        await store.setConversation(sessionId, null);
      }
    }
    const start = oneShot ? "one_shot" : "cold";
    onStarting?.(start);
    return await this.#starter.start({ ...how, conversation: null, start });
  }

  /** Opens a conversation for a session that is still to come. */
  async openSpare(workspace: string): Promise<Serving> {
    const cwd = await this.#options.workspaces.prepare(workspace);
    const onState = this.#stateChange(undefined);
    return await this.#starter.start({ conversation: null, start: "spare", cwd, onState });
  }

  /** The CLI saves its count of the cost when it ends in peace, and counts on from there. */
  async saveCost(sessionId: string, serving: Serving, { code }: Exit): Promise<void> {
    const { conversation, costUsd, isRemembered, start } = serving;
    if (code !== 0 || !isRemembered || start === "one_shot") return;
    const { store } = this.#options;
    const session = await store.session(sessionId);
    // Another host that has had the session since has begun another one.
    if (session?.conversation?.id !== conversation.id) return;
    await store.setConversation(sessionId, { ...conversation, costUsd });
  }

  /** Starts nothing more, and gives up on what is starting. */
  stop(): void {
    this.#starter.stop();
  }

  #stateChange(sessionId: string | undefined) {
    return (from: ProcessState, to: ProcessState, pid: number) =>
      this.#options.onState?.({ sessionId, pid, from, to });
  }
}
