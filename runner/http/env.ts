import type { RequestIdVariables } from "hono/request-id";

/** What the runner's routes find in their context. */
export interface RunnerEnv {
  Variables: RequestIdVariables;
  Bindings: {
    /** Node's response below the answer; missing when the app is called without a server. */
    outgoing?: { setTimeout(milliseconds: number): unknown };
  };
}
