import { CicdError } from "#shared/error.ts";
import type { JournalEvent } from "#shared/journal.ts";
import type { Decision, PermissionRequest } from "../claude/permission.ts";
import { notListed } from "../claude/turn.ts";

/** How long people have, and what time it is. */
export interface PermissionsOptions {
  /** How long a question waits until it is answered by a denial, in milliseconds. */
  readonly timeout: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** Where a question comes from. */
export interface Asking {
  /** Aborts when the turn is over, and with it the question. */
  readonly over: AbortSignal;
  readonly onEvent: (event: JournalEvent) => void;
}

/** What people may say to a question. */
export interface Reply {
  readonly behavior: "allow" | "deny";
  /** Why not, for the model. */
  readonly message?: string | undefined;
}

type Resolved = Extract<JournalEvent, { type: "permission.resolved" }>["data"];
type Settle = (decision: Decision, by: Resolved["by"]) => void;

/** Questions of the CLI that people answer by the API, each of them once. */
export class Permissions {
  readonly #timeout: number;
  readonly #now: () => number;
  readonly #open = new Map<string, Settle>();
  /** The latest that were resolved, so that a late answer is told from a wrong one. */
  readonly #resolved = new Set<string>();

  constructor({ timeout, now = Date.now }: PermissionsOptions) {
    this.#timeout = timeout;
    this.#now = now;
  }

  /** How many questions wait. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Puts a question to people, by the journal, and waits: for their answer, the end of the time or of
   * the turn. What the operator wants nobody to be asked about is denied at once.
   */
  async ask(
    taskId: string,
    { id, tool, input, isListed }: PermissionRequest,
    { over, onEvent }: Asking,
  ): Promise<Decision> {
    if (!isListed || over.aborted) return notListed;
    const key = keyOf(taskId, id);
    const { promise, resolve } = Promise.withResolvers<Decision>();
    const timer = setTimeout(
      () => settle(denial("Nobody answered in time"), "timeout"),
      this.#timeout,
    );
    const onOver = () => settle(denial("The turn is over"), "turn_over");
    const settle: Settle = (decision, by) => {
      clearTimeout(timer);
      over.removeEventListener("abort", onOver);
      this.#open.delete(key);
      this.#remember(key);
      const { behavior } = decision;
      const message = decision.behavior === "deny" ? decision.message : null;
      onEvent({ type: "permission.resolved", data: { request_id: id, behavior, by, message } });
      resolve(decision);
    };
    over.addEventListener("abort", onOver, { once: true });
    this.#open.set(key, settle);
    const expires_at = new Date(this.#now() + this.#timeout).toISOString();
    onEvent({ type: "permission.requested", data: { request_id: id, tool, input, expires_at } });
    return await promise;
  }

  /**
   * Answers a question.
   * @throws CicdError `not_found` when none of this id was asked, `conflict` when it is resolved.
   */
  answer(taskId: string, requestId: string, { behavior, message }: Reply): void {
    const key = keyOf(taskId, requestId);
    const settle = this.#open.get(key);
    if (settle !== undefined) {
      settle(behavior === "allow" ? { behavior } : denial(message ?? "A person denied it"), "api");
      return;
    }
    if (this.#resolved.has(key)) {
      throw new CicdError("conflict", `Cannot answer ${requestId}: it is resolved already`, {
        hint: "See permission.resolved in the task's events",
      });
    }
    throw new CicdError("not_found", `Cannot find permission request: ${requestId}`);
  }

  #remember(key: string): void {
    this.#resolved.add(key);
    const [oldest] = this.#resolved;
    if (this.#resolved.size > remembered && oldest !== undefined) this.#resolved.delete(oldest);
  }
}

/** How many resolved questions are remembered. */
const remembered = 1000;

function keyOf(taskId: string, requestId: string): string {
  return `${taskId}/${requestId}`;
}

function denial(message: string): Decision {
  return { behavior: "deny", message };
}
