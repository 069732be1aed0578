import * as z from "zod";
import { Spending } from "./task.ts";

/** The states of a session's process. */
export const ProcessState = z.enum(["starting", "ready", "busy", "dead"]);
/** {@link ProcessState} as a type. */
export type ProcessState = z.infer<typeof ProcessState>;

/** The lasting conversation of one pull request, as the API shows it. Times are ISO 8601 in UTC. */
export const Session = z.object({
  id: z.uuid(),
  forge: z.string(),
  host: z.string(),
  owner: z.string(),
  repository: z.string(),
  number: z.int().positive(),
  /** Name of the runner host that has its process, conversation and checkout; null for none. */
  runner: z.string().nullable(),
  /**
   * The state of its process; `hibernated` when it has none and wakes by resuming, `unknown` when the
   * runner host that has it did not answer the one that was asked.
   */
  state: z.enum([...ProcessState.options, "hibernated", "unknown"]),
  pid: z.int().positive().nullable(),
  /** What its process and those below it take now; null where there is none, or that is not known. */
  memory_bytes: z.number().nonnegative().nullable(),
  created_at: z.iso.datetime(),
  active_at: z.iso.datetime(),
});
/** {@link Session} as a type. */
export type Session = z.infer<typeof Session>;

/** One session by itself, with what all its tasks have used, in US dollars and tokens. */
export const SessionDetail = Session.extend({ usage: Spending });
/** {@link SessionDetail} as a type. */
export type SessionDetail = z.infer<typeof SessionDetail>;
