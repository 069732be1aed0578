/** A message of each type that the runner acts on, as the CLI says it. */
export const messages = {
  control_response: {
    type: "control_response",
    response: { subtype: "success", request_id: "r1", response: {} },
  },
  control_request: {
    type: "control_request",
    request_id: "r2",
    request: { subtype: "can_use_tool", tool_name: "Bash", input: { command: "id" } },
  },
  control_cancel_request: { type: "control_cancel_request", request_id: "r2" },
  command_lifecycle: { type: "command_lifecycle", command_uuid: "u1", state: "started" },
  system: { type: "system", subtype: "init", cwd: "/tree", tools: ["Read"], model: "sonnet" },
  stream_event: {
    type: "stream_event",
    event: { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "I look" } },
    parent_tool_use_id: null,
  },
  assistant: {
    type: "assistant",
    message: {
      role: "assistant",
      content: [
        { type: "text", text: "I look" },
        { type: "tool_use", id: "t1", name: "Read", input: { file_path: "/tree/a.ts" } },
      ],
    },
  },
  user: {
    type: "user",
    message: {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: "t1", content: "export {};" }],
    },
  },
  result: {
    type: "result",
    subtype: "success",
    is_error: false,
    result: "Fine",
    terminal_reason: "completed",
    num_turns: 1,
    duration_ms: 1200,
    total_cost_usd: 0.01,
    usage: {
      input_tokens: 1,
      output_tokens: 2,
      cache_read_input_tokens: 3,
      cache_creation_input_tokens: 4,
    },
    user_message_uuids: ["u1"],
  },
};
