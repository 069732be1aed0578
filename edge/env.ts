import type { RequestIdVariables } from "hono/request-id";

/** What the edge's routes find in their context. */
export interface EdgeEnv {
  Variables: RequestIdVariables;
  Bindings: {
    /** The address at the other end of the connection; without, all clients count as one. */
    readonly peer?: string | undefined;
  };
}
