import type { Context } from "hono";
import type { CicdError } from "#shared/error.ts";
import type { Scope } from "#shared/scope.ts";
import type { ApiToken } from "../config.ts";
import type { EdgeEnv } from "../env.ts";
import type { Outbox } from "../outbox.ts";
import type { RunnerClient } from "../runner-client.ts";
import { dashboardPath, type View } from "./view.ts";

/** What the dashboard needs. */
export interface DashboardOptions {
  readonly runner: RunnerClient;
  readonly outbox: Outbox;
  readonly tokens: readonly ApiToken[];
  /** What cookies are sealed with: the first; all are good for checking. */
  readonly secrets: readonly string[];
  /** How long a browser stays signed in, in milliseconds. */
  readonly ttl: number;
  /** How long a client that follows a task waits for a runner that goes on, in milliseconds. */
  readonly patience: number;
  /** Where people reach the edge; default: the origin of the request. */
  readonly publicUrl: string | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** What a wrong token is answered, which counts against its sender. */
  readonly refused: (c: Context<DashboardEnv>, error: CicdError) => Promise<CicdError>;
  /** Told of each answer with a 5xx status. */
  readonly onError: (error: CicdError, requestId: string) => void;
}

/** What the dashboard's routes find in their context. */
export interface DashboardEnv extends EdgeEnv {
  Variables: EdgeEnv["Variables"] & { scope?: Scope };
}

/** For whom the page of a request is made. */
export function viewOf(
  c: Context<DashboardEnv>,
  { publicUrl, now }: Pick<DashboardOptions, "publicUrl" | "now">,
): View {
  return {
    base: basePath(publicUrl),
    nonce: c.get("secureHeadersNonce") ?? "",
    scope: c.get("scope"),
    now: now(),
  };
}

/** Where browsers find the dashboard: an edge may be reached below a path. */
export function basePath(publicUrl: string | undefined): string {
  const before = publicUrl === undefined ? "" : new URL(publicUrl).pathname.replace(/\/+$/, "");
  return before + dashboardPath;
}
