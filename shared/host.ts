import * as z from "zod";

/** A runner host as the API shows it. Times are ISO 8601 in UTC. */
export const Host = z.object({
  /** Stays the same through restarts. */
  id: z.string(),
  /** How journals call it. */
  name: z.string(),
  /** Where the other hosts reach it; null when they can't. */
  url: z.string().nullable(),
  /** `draining` takes no more tasks; `lost` was not heard of for longer than its tasks wait for it. */
  state: z.enum(["up", "draining", "lost"]),
  started_at: z.iso.datetime(),
  seen_at: z.iso.datetime(),
  load: z.object({
    /** Tasks that it runs, and how many it could run at once. */
    running: z.int().nonnegative(),
    capacity: z.int().nonnegative(),
    /** Resident CLI processes. */
    sessions: z.int().nonnegative(),
    /** Memory of all its CLI processes. */
    memory_bytes: z.number().nonnegative(),
  }),
});
/** {@link Host} as a type. */
export type Host = z.infer<typeof Host>;

/** `GET /v1/hosts`: the longest running first. */
export const HostList = z.object({ hosts: z.array(Host) });
