import { CicdError } from "#shared/error.ts";
import { readBody } from "../read-body.ts";
import { parseExact } from "./parse-exact.ts";

/** How long one answer may take, in milliseconds. */
const patience = 10_000;
/** When to ask again after a refusal for asking too often that doesn't say it, in seconds. */
const usualPause = 60;

/** What an API answered. */
interface ApiAnswer {
  readonly body: unknown;
  readonly headers: Headers;
}

/** The API of one forge. */
export interface ForgeApi {
  /**
   * Asks for `path` below the API's base.
   * @throws CicdError `forge_unavailable` when it is late, down or asked too often, and then without
   * being asked again before the time that it named; `forge_refused` when it says no.
   */
  get(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<ApiAnswer>;
}

/** How an API is asked. */
export interface ForgeApiOptions {
  /** From the configuration, without a slash at its end. */
  readonly base: string;
  /** The headers that hold the credential. */
  readonly authorize: () => Promise<Readonly<Record<string, string>>>;
  /** What to do when the API refuses. */
  readonly hint: string;
  /** Longest answer, in bytes. */
  readonly maxBody: number;
  readonly now: () => number;
  readonly fetch: typeof fetch;
}

/** Makes the client of one API. */
export function createForgeApi(options: ForgeApiOptions): ForgeApi {
  const { base, authorize, maxBody, now, fetch } = options;
  const { host } = new URL(base);
  /** In epoch milliseconds. */
  let pausedUntil = 0;

  return {
    get: async (path, query, signal) => {
      const wait = pausedUntil - now();
      if (wait > 0) throw unavailable(host, "asked too often", { retryAfter: wait / 1000 });
      const parameters = new URLSearchParams(query);
      const headers = await authorize();
      try {
        const response = await fetch(
          `${base}${path}${parameters.size > 0 ? "?" : ""}${parameters}`,
          {
            headers: { accept: "application/json", "user-agent": "cicd-runner", ...headers },
            // The credential is for this address alone.
            redirect: "manual",
            signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
          },
        );
        if (!response.ok) {
          await response.body?.cancel();
          const pause = pauseOf(response, now());
          if (pause !== undefined) pausedUntil = now() + pause * 1000;
          throw refusal(response, path, pause, options);
        }
        const text = new TextDecoder().decode(await readBody(response, maxBody));
        return { body: parseExact(text), headers: response.headers };
      } catch (cause) {
        if (cause instanceof CicdError && cause.code.startsWith("forge_")) throw cause;
        signal.throwIfAborted();
        const late = cause instanceof Error && cause.name === "TimeoutError";
        const what = late ? `no answer within ${patience} ms` : "no whole answer came";
        throw unavailable(host, what, { cause });
      }
    },
  };
}

/** Seconds for which the API wants to be left alone; undefined when that is not why it refused. */
function pauseOf({ status, headers }: Response, now: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const after = Number(headers.get("retry-after") ?? Number.NaN);
  if (after > 0) return after;
  const [remaining, reset] = ["x-ratelimit", "ratelimit"].flatMap((prefix) =>
    headers.has(`${prefix}-remaining`)
      ? [headers.get(`${prefix}-remaining`), headers.get(`${prefix}-reset`)]
      : [],
  );
  if (remaining === "0") return Math.max(Number(reset) - now / 1000, 1) || usualPause;
  return status === 429 ? usualPause : undefined;
}

function refusal(
  { status }: Response,
  path: string,
  pause: number | undefined,
  { base, hint }: ForgeApiOptions,
): CicdError {
  const { host } = new URL(base);
  if (pause !== undefined) return unavailable(host, "asked too often", { retryAfter: pause });
  if (status >= 500) return unavailable(host, `it answered ${status}`);
  const moved = status >= 300 && status < 400;
  return new CicdError("forge_refused", `Cannot read ${path} of ${host}: it answered ${status}`, {
    hint: moved ? "Name the repository and the API as they are called now" : hint,
  });
}

function unavailable(
  host: string,
  what: string,
  options: { cause?: unknown; retryAfter?: number } = {},
): CicdError {
  return new CicdError("forge_unavailable", `Cannot ask ${host}: ${what}`, options);
}
