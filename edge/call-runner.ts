import type * as z from "zod";
import { CicdError, errorCodes } from "#shared/error.ts";
import { Problem } from "#shared/problem.ts";
import { filledPath, type Route } from "#shared/route.ts";
import type { RunnerClient } from "./runner-client.ts";

/** What a route is asked with; values of the query that are undefined are left out. */
export interface Asking {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: object;
  /** What the logs of both sides call the request; default: a new id. */
  readonly requestId?: string;
}

/**
 * Asks a runner as its operator, who has the secret that requests are sealed with.
 * @throws CicdError of the runner's own refusal; `runner_unavailable` when it gives no usable answer.
 */
export async function callRunner<P extends z.ZodObject, A extends z.ZodType>(
  runner: RunnerClient,
  route: Route<P, z.ZodObject, z.ZodType, A>,
  { params = {}, query = {}, body, requestId = crypto.randomUUID() }: Asking = {},
): Promise<z.output<A>> {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  const search = given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
  const answer = await runner.ask({
    method: route.method,
    path: filledPath(route, params) + search,
    requestId,
    ...(body !== undefined && {
      headers: { "content-type": "application/json" },
      body: new TextEncoder().encode(JSON.stringify(body)),
    }),
  });
  if (answer.status >= 400) throw refusal(answer);
  const parsed = route.answer.safeParse(answer.body);
  if (parsed.success) return parsed.data;
  throw new CicdError(
    "runner_unavailable",
    `Cannot read the runner's answer to ${route.method} ${route.path}`,
    { cause: parsed.error, hint: "Use the command of the version that the runner has" },
  );
}

function refusal({ status, body }: { status: number; body: unknown }): CicdError {
  const { data: problem } = Problem.safeParse(body);
  const code = errorCodes.find((known) => known === problem?.code);
  return new CicdError(
    code === undefined || code === "internal" ? "runner_unavailable" : code,
    problem?.detail ?? `Cannot use runner: unexpected answer ${status}`,
    problem?.hint === undefined ? {} : { hint: problem.hint },
  );
}
