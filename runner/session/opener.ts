import { join } from "node:path";
import { CicdError } from "#shared/error.ts";
import type { ProcessState } from "#shared/session.ts";
import type { Start } from "#shared/task.ts";
import type { Exit } from "../claude/failure.ts";
import type { Conversation, Store } from "../store/store.ts";
import { type CliSettings, ProcessStarter } from "./process-starter.ts";
import { savedCost } from "./saved-cost.ts";
import type { Serving } from "./serving.ts";
import type { SharedTranscripts } from "./shared-transcripts.ts";
import type { Workspaces } from "./workspaces.ts";

/** What opening conversations needs. */
export interface OpenerOptions {
  readonly store: Pick<Store, "session" | "setConversation">;
  readonly workspaces: Workspaces;
  readonly cli: CliSettings;
  /** Lets other hosts go on with conversations, and this one with theirs; default: none does. */
  readonly transcripts?: SharedTranscripts | undefined;
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
    if (conversation !== null && !oneShot && (await this.#bring(conversation, cwd))) {
      onStarting?.("resumed");
      try {
        const resumed = await this.#withSavedCost(conversation, cwd);
        return await this.#starter.start({ ...how, conversation: resumed, start: "resumed" });
      } catch (error) {
        if (!(error instanceof CicdError && error.code === "session_lost")) throw error;
      }
    }
    if (conversation !== null && !oneShot) await this.forget(sessionId);
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

  /**
   * The CLI saves its count of the cost whenever it ends by itself, whatever its exit code, and
   * counts on from there.
   */
  async saveCost(sessionId: string, serving: Serving, { signal }: Exit): Promise<void> {
    if (signal !== undefined) return;
    // It may have ended in the midst of one.
    await Promise.allSettled([serving.turn]);
    const { conversation, costUsd, isRemembered, start } = serving;
    if (!isRemembered || start === "one_shot") return;
    const { store, transcripts } = this.#options;
    const session = await store.session(sessionId);
    // Another host that has had the session since has begun another one, or gone on with this one.
    const { id, transcript } = session?.conversation ?? {};
    if (id !== conversation.id || transcript !== conversation.transcript) return;
    serving.conversation = { ...conversation, costUsd };
    // The CLI saves it in the conversation: the copy from before the end is without it.
    if (transcripts !== undefined) await this.share(sessionId, serving);
    else await store.setConversation(sessionId, serving.conversation);
  }

  /** Lets other hosts go on from what was said until now; where that fails, from nothing. */
  async share(sessionId: string, serving: Serving): Promise<void> {
    const { transcripts, store } = this.#options;
    if (transcripts === undefined || serving.start === "one_shot") return;
    const { transcript: before } = serving.conversation;
    const remember = async (transcript: string | null) => {
      serving.conversation = { ...serving.conversation, transcript };
      await store.setConversation(sessionId, serving.conversation);
    };
    let transcript: string;
    try {
      transcript = await transcripts.share(serving.conversation, serving.cwd);
    } catch (error) {
      await remember(null);
      throw error;
    }
    await remember(transcript);
    // Not where another host holds the session meanwhile: it needs the one before.
    const { conversation } = (await store.session(sessionId)) ?? {};
    const outdated = conversation?.transcript === transcript ? before : transcript;
    if (outdated !== null) await transcripts.remove(outdated);
  }

  /** Lets go of a session's conversation, and of its copy. */
  async forget(sessionId: string): Promise<void> {
    const { transcripts, store } = this.#options;
    const before = await store.session(sessionId);
    await store.setConversation(sessionId, null);
    const after = await store.session(sessionId);
    // Another host that has the session keeps it.
    const transcript = after?.conversation === null ? before?.conversation?.transcript : null;
    if (transcript) await transcripts?.remove(transcript);
  }

  /** Removes copies of conversations that had no turn since a time, in epoch milliseconds. */
  async removeOldCopies(since: number): Promise<void> {
    await this.#options.transcripts?.removeOlder(since);
  }

  /** Whether a conversation can be resumed here. */
  async #bring(conversation: Conversation, cwd: string): Promise<boolean> {
    const { transcripts } = this.#options;
    if (transcripts === undefined) return conversation.transcript === null;
    return await transcripts.bring(conversation, cwd);
  }

  /** The store knows of no end that this host did not live to see, and the CLI saved the cost at it. */
  async #withSavedCost(conversation: Conversation, cwd: string): Promise<Conversation> {
    const folder = await this.#options.workspaces.transcripts(cwd);
    const costUsd = await savedCost(join(folder, `${conversation.id}.jsonl`));
    return { ...conversation, costUsd: costUsd ?? conversation.costUsd };
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
