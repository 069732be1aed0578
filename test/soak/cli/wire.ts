/** A line of the runner, as far as it is read. The runner is what is tested: it is believed. */
export type Input =
  | {
      readonly type: "control_request";
      readonly request_id: string;
      readonly request: { readonly subtype: string };
    }
  | {
      readonly type: "user";
      readonly uuid: string;
      readonly message: { readonly content: readonly { readonly text: string }[] };
    }
  | { readonly type: "control_response" };

/** Writes a message as one line. */
export function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** A piece of an answer. */
export function delta(text: string): void {
  say({ type: "stream_event", event: { type: "content_block_delta", delta: { text } } });
}

/** The end of a turn; `more` makes it another than a good one. */
export function result(uuid: string, text: string, more: object = {}): void {
  say({
    type: "result",
    subtype: "success",
    is_error: false,
    terminal_reason: "completed",
    result: text,
    user_message_uuids: [uuid],
    num_turns: 1,
    total_cost_usd: 0.01,
    usage: { input_tokens: 1, output_tokens: 2 },
    ...more,
  });
}

/** Tells what became of a message. */
export function follow(uuid: string, state: "started" | "completed" | "cancelled"): void {
  say({ type: "command_lifecycle", command_uuid: uuid, state });
}

/** Agrees to a control request. */
export function agree(id: string): void {
  say({ type: "control_response", response: { subtype: "success", request_id: id } });
}
