/** A message for the model. */
export interface UserMessage {
  /** The CLI runs a message of one uuid once, even when it is sent again after a crash. */
  readonly uuid: string;
  readonly text: string;
}

/** A request of ours that the CLI answers beside the conversation. */
export type ControlRequest =
  | { readonly subtype: "initialize" }
  | { readonly subtype: "interrupt" }
  | { readonly subtype: "end_session" };

/** The line that hands a message to the CLI. */
export function userLine({ uuid, text }: UserMessage): string {
  return line({
    type: "user",
    uuid,
    message: { role: "user", content: [{ type: "text", text }] },
    parent_tool_use_id: null,
    // Verbatim: a slash command in the text of a person is text, not a command.
    client_composed: true,
  });
}

/** The line of a control request. */
export function controlLine(id: string, request: ControlRequest): string {
  return line({ type: "control_request", request_id: id, request });
}

/**
 * The line that refuses a control request of the CLI. Every one is answered, so that it never waits
 * for us; nothing that a review needs is asked for this way.
 */
export function refusalLine(id: string, subtype: string): string {
  const message = "This runner allows no more than its list of tools";
  const response =
    subtype === "can_use_tool"
      ? { subtype: "success", request_id: id, response: { behavior: "deny", message } }
      : { subtype: "error", request_id: id, error: `Cannot serve ${subtype}: not offered here` };
  return line({ type: "control_response", response });
}

function line(message: object): string {
  return `${JSON.stringify(message)}\n`;
}
