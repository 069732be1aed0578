import * as z from "zod";

/** What the scripted CLI does beside what every CLI does; each returns whether it did it. */
export interface Behaviour {
  /** Before the first line is read. */
  begin?(): void;
  /** A control request came: whether it is dealt with, so that no usual answer follows. */
  control?(id: string, request: ControlRequest): boolean;
  /** A message came; without this it is echoed. */
  turn?(uuid: string, text: string): void;
  /** An answer to a control request of its own came. */
  answer?(line: string): void;
}

/** A control request of the runner. */
export const ControlRequest = z.looseObject({
  subtype: z.string(),
  model: z.string().optional(),
});
/** {@link ControlRequest} as a type. */
export type ControlRequest = z.infer<typeof ControlRequest>;

/** Writes a message as one line. */
export function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** The answer of a turn that went well, to these messages. */
export function succeed(uuids: string | readonly string[], text: string, more: object = {}): void {
  say({
    type: "result",
    subtype: "success",
    is_error: false,
    terminal_reason: "completed",
    result: text,
    user_message_uuids: [uuids].flat(),
    num_turns: 1,
    total_cost_usd: 0.01,
    usage: { input_tokens: 1, output_tokens: 2 },
    ...more,
  });
}

/** The end of a turn that was interrupted. */
export function abortTurn(uuid: string): void {
  const ending = { subtype: "error_during_execution", terminal_reason: "aborted_streaming" };
  succeed(uuid, "", { ...ending, is_error: true, total_cost_usd: 0.03 });
  follow(uuid, "cancelled");
}

/** Tells what became of a message. */
export function follow(uuid: string, state: "started" | "completed" | "cancelled"): void {
  say({ type: "command_lifecycle", command_uuid: uuid, state });
}

/** Agrees to a control request. */
export function agree(id: string): void {
  say({ type: "control_response", response: { subtype: "success", request_id: id } });
}

/** Refuses one. */
export function refuse(id: string, error: string): void {
  say({ type: "control_response", response: { subtype: "error", request_id: id, error } });
}

/** Asks the runner for something. */
export function ask(id: string, request: object): void {
  say({ type: "control_request", request_id: id, request });
}

/** Stays, also without input. */
export function stay(): void {
  setInterval(() => {}, 60_000);
}
