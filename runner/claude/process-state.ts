import type { Exit } from "./failure.ts";
import { type CliResult, joinResults } from "./output.ts";

/**
 * What a message led to: a result, or nothing because the conversation has an answer to its message
 * from before. Feedback that the CLI took up behind the first result makes it one with the next.
 */
export type TurnEnd =
  | { readonly kind: "result"; readonly result: CliResult }
  | { readonly kind: "answered_before" };

/** A turn that runs: the messages whose end is not seen, and what came so far. */
interface Turn {
  readonly pending: ReadonlySet<string>;
  readonly result: CliResult | undefined;
}

/**
 * The state of a process, each with what only it has; `ProcessState` is its public name. A
 * hibernated session has no process and so no state.
 */
export type State =
  /** Spawned, and its `initialize` not yet answered. */
  | { readonly name: "starting" }
  /** Waits for a message; `lastEnd` is how the turn before went. */
  | { readonly name: "ready"; readonly lastEnd: TurnEnd | undefined }
  | { readonly name: "busy"; readonly turn: Turn }
  | { readonly name: "dead"; readonly exit: Exit };

/** What happens to a process. */
export type ProcessEvent =
  | { readonly type: "initialized" }
  /** A message was sent: it begins a turn, or is feedback into the one that runs. */
  | { readonly type: "sent"; readonly uuid: string }
  /** The CLI named the messages that a result answers. */
  | { readonly type: "answered"; readonly uuids: readonly string[]; readonly result: CliResult }
  /** The CLI is through with a message. */
  | { readonly type: "completed"; readonly uuid: string }
  | { readonly type: "exited"; readonly exit: Exit };

/**
 * The one place where the state of a process changes. What does not concern the state that it meets
 * changes nothing: a late result of an earlier turn, or one that no message of ours asked for.
 */
export function transition(state: State, event: ProcessEvent): State {
  if (state.name === "dead") return state;
  switch (event.type) {
    case "exited":
      return { name: "dead", exit: event.exit };
    case "initialized":
      return state.name === "starting" ? { name: "ready", lastEnd: undefined } : state;
    case "sent":
      return send(state, event.uuid);
    case "answered":
      return settle(state, event.uuids, event.result);
    case "completed":
      return settle(state, [event.uuid], undefined);
  }
}

function send(state: State, uuid: string): State {
  switch (state.name) {
    case "ready":
      return { name: "busy", turn: { pending: new Set([uuid]), result: undefined } };
    case "busy": {
      const { pending, result } = state.turn;
      return { name: "busy", turn: { pending: new Set([...pending, uuid]), result } };
    }
    default:
      return state;
  }
}

/** Takes messages off the list; the turn has ended when none is left. */
function settle(state: State, uuids: readonly string[], next: CliResult | undefined): State {
  if (state.name !== "busy") return state;
  const pending = state.turn.pending.difference(new Set(uuids));
  if (pending.size === state.turn.pending.size) return state;
  const before = state.turn.result;
  const result = before && next ? joinResults(before, next) : (next ?? before);
  if (pending.size > 0) return { name: "busy", turn: { pending, result } };
  return {
    name: "ready",
    lastEnd: result === undefined ? { kind: "answered_before" } : { kind: "result", result },
  };
}
