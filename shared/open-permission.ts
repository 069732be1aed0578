import * as z from "zod";

/** A question of a running turn that waits for a person. Times are ISO 8601 in UTC. */
export const OpenPermission = z.object({
  task_id: z.uuid(),
  session_id: z.uuid(),
  request_id: z.string(),
  tool: z.string(),
  /** What the tool would be given: the model's words, untrusted. */
  input: z.record(z.string(), z.unknown()),
  asked_at: z.iso.datetime(),
  /** It is denied then. */
  expires_at: z.iso.datetime(),
});
/** {@link OpenPermission} as a type. */
export type OpenPermission = z.infer<typeof OpenPermission>;

/** `GET /v1/permissions`: the longest waiting first. */
export const OpenPermissions = z.object({ permissions: z.array(OpenPermission) });
