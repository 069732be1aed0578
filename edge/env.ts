import type { RequestIdVariables } from "hono/request-id";

/** What the edge's routes find in their context. */
export interface EdgeEnv {
  Variables: RequestIdVariables;
  Bindings: {
    /** The address at the other end of the connection; without, all clients count as one. */
    readonly peer?: string | undefined;
    /** On Node: destroys a connection that moves no byte in so many milliseconds. */
    readonly outgoing?: { setTimeout(milliseconds: number): unknown } | undefined;
  };
}
