import * as z from "zod";

/** What an API token may do; each scope includes the ones before it. */
export const Scope = z.enum(["read", "write", "admin"]);
/** {@link Scope} as a type. */
export type Scope = z.infer<typeof Scope>;
