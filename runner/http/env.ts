import type { RequestIdVariables } from "hono/request-id";

/** What the runner's routes find in their context. */
export interface RunnerEnv {
  Variables: RequestIdVariables & {
    /** When the request was sealed, by the clock of its sender; epoch milliseconds. */
    sealedAt: number;
  };
  Bindings: {
    /** Node's response below the answer; missing when the app is called without a server. */
    outgoing?: { setTimeout(milliseconds: number): unknown };
  };
}
