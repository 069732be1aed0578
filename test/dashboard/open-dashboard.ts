import { createEdge } from "#edge/app.ts";
import { EdgeConfig } from "#edge/config.ts";
import type { Outbox } from "#edge/outbox.ts";
import type { RunnerAppOptions } from "#runner/http/app.ts";
import { readConfig } from "#shared/config.ts";
import { openTestOutbox } from "../edge/open-outbox.ts";
import { apiTokens, environment } from "../edge/settings.ts";
import { secrets, startRunner, type TestRunner } from "../runner-http/start-runner.ts";

/** A dashboard over a runner with a real store. */
export interface TestDashboard extends AsyncDisposable {
  readonly runner: TestRunner;
  readonly outbox: Outbox;
  /** Milliseconds that the edge's clock is ahead. */
  ahead: number;
  /** Asks for a path below `/dashboard`, as whoever has signed in with the token of a scope. */
  get(path: string, scope?: keyof typeof apiTokens): Promise<Response>;
  /** Sends a form as a page of it does, or with other headers. */
  post(
    path: string,
    fields?: Record<string, string>,
    how?: { scope?: keyof typeof apiTokens; headers?: Record<string, string> },
  ): Promise<Response>;
  /** Asks with the very headers. */
  request(path: string, init?: RequestInit): Promise<Response>;
  cookieOf(scope: keyof typeof apiTokens): Promise<string>;
}

const origin = "https://reviews.example.com";
const fromOwnPage = { "sec-fetch-site": "same-origin", origin };

/** Opens one; `settings` are of the edge. */
export async function openDashboard(
  settings: Readonly<Record<string, string>> = {},
  options: Partial<RunnerAppOptions> = {},
): Promise<TestDashboard> {
  const runner = await startRunner(options);
  const config = readConfig(
    EdgeConfig,
    {},
    {
      ...environment(`http://127.0.0.1:${runner.port}`),
      RUNNER_SECRET: secrets.join(" "),
      ...settings,
    },
  );
  const opened = await openTestOutbox(config);
  const { outbox } = opened;
  // The runner's clock is the real one, and would refuse a seal of another time.
  let ahead = 0;
  const app = createEdge({ config, outbox, now: () => Date.now() + ahead });
  const request = async (path: string, init?: RequestInit) =>
    await app.request(`${origin}/dashboard${path}`, init);
  const post: TestDashboard["post"] = async (path, fields = {}, { scope, headers } = {}) => {
    const cookie = scope === undefined ? {} : { cookie: await dashboard.cookieOf(scope) };
    const body = new URLSearchParams(fields);
    const sent = { ...(headers ?? fromOwnPage), ...cookie };
    return await request(path, { method: "POST", headers: sent, body });
  };
  const dashboard: TestDashboard = {
    runner,
    outbox,
    get ahead() {
      return ahead;
    },
    set ahead(milliseconds) {
      ahead = milliseconds;
    },
    get: async (path, scope = "admin") =>
      await request(path, { headers: { cookie: await dashboard.cookieOf(scope) } }),
    post,
    request,
    cookieOf: async (scope) => {
      const response = await post("/sign-in", { token: apiTokens[scope] });
      const [cookie = ""] = (response.headers.get("set-cookie") ?? "").split(";");
      return cookie;
    },
    [Symbol.asyncDispose]: async () => {
      await opened[Symbol.asyncDispose]();
      await runner[Symbol.asyncDispose]();
    },
  };
  return dashboard;
}
