import * as z from "zod";

/** The CLI asks whether a tool may run that neither its command line nor its own rules decide. */
const CanUseTool = z.looseObject({
  subtype: z.literal("can_use_tool"),
  tool_name: z.string(),
  input: z.record(z.string(), z.unknown()),
  decision_reason_type: z.unknown().optional(),
  matched_ask_rule: z.unknown().optional(),
});

/** The CLI is about to run a tool, as it tells by the hook that it was started with. */
const HookCallback = z.looseObject({
  subtype: z.literal("hook_callback"),
  input: z.looseObject({ hook_event_name: z.literal("PreToolUse"), tool_name: z.string() }),
});

/** What is asked for. */
export interface PermissionRequest {
  /** The CLI's own id of the question. */
  readonly id: string;
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /**
   * A rule of the operator wants it to be asked. All else that the CLI asks by itself: reading
   * outside of the checkout, say.
   */
  readonly isListed: boolean;
}

/** The answer; `message` tells the model why not. */
export type Decision =
  | { readonly behavior: "allow" }
  | { readonly behavior: "deny"; readonly message: string };

/** The tool that a control request of the CLI tells of; undefined when it is about something else. */
export function hookedToolOf(request: object): string | undefined {
  return HookCallback.safeParse(request).data?.input.tool_name;
}

/** The question in a control request of the CLI; undefined when it asks for something else. */
export function permissionRequestOf(id: string, request: object): PermissionRequest | undefined {
  const { success, data } = CanUseTool.safeParse(request);
  if (!success) return undefined;
  const { tool_name: tool, input, decision_reason_type, matched_ask_rule } = data;
  const isListed = decision_reason_type === "rule" || matched_ask_rule !== undefined;
  return { id, tool, input, isListed };
}
