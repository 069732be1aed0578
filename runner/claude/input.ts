import type { Decision, PermissionRequest } from "./permission.ts";

/** A message for the model. */
export interface UserMessage {
  /** The CLI runs a message of one uuid once, even when it is sent again after a crash. */
  readonly uuid: string;
  readonly text: string;
}

/** Has the CLI tell us of each call of a tool before it runs, whatever its rules say of it. */
export const toolHook = {
  hooks: { PreToolUse: [{ matcher: "*", hookCallbackIds: ["tools"] }] },
} as const;

/** A request of ours that the CLI answers beside the conversation. */
export type ControlRequest =
  | ({ readonly subtype: "initialize" } & typeof toolHook)
  /** `cancel_queued`: what it has not taken up yet would begin a turn of its own. */
  | { readonly subtype: "interrupt"; readonly cancel_queued: true }
  | { readonly subtype: "set_model"; readonly model: string }
  | { readonly subtype: "end_session" };

/** The line that hands a message to the CLI. */
export function userLine({ uuid, text }: UserMessage): string {
  return line({
    type: "user",
    uuid,
    // The model's API refuses half of a character, which a text that was cut may end with.
    message: { role: "user", content: [{ type: "text", text: text.toWellFormed() }] },
    parent_tool_use_id: null,
    // Verbatim: a slash command in the text of a person is text, not a command.
    client_composed: true,
  });
}

/** The line of a control request. */
export function controlLine(id: string, request: ControlRequest): string {
  return line({ type: "control_request", request_id: id, request });
}

/** The line that answers the hook: its own rules go on to decide about a tool that is not denied. */
export function hookLine(id: string, denial: string | undefined): string {
  const response = denial === undefined ? {} : { hookSpecificOutput: denied(denial) };
  return answerLine({ subtype: "success", request_id: id, response });
}

function denied(permissionDecisionReason: string) {
  return { hookEventName: "PreToolUse", permissionDecision: "deny", permissionDecisionReason };
}

/** The line that answers whether a tool may run. */
export function permissionLine(
  { id, input }: Omit<PermissionRequest, "isListed">,
  decision: Decision,
): string {
  const response = decision.behavior === "allow" ? { ...decision, updatedInput: input } : decision;
  return answerLine({ subtype: "success", request_id: id, response });
}

/** The line that refuses what else the CLI asks for. */
export function refusalLine(id: string, subtype: string): string {
  const error = `Cannot serve ${subtype}: not offered here`;
  return answerLine({ subtype: "error", request_id: id, error });
}

function answerLine(response: object): string {
  return line({ type: "control_response", response });
}

function line(message: object): string {
  return `${JSON.stringify(message)}\n`;
}
