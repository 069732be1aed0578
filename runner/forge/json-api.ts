import * as z from "zod";
import { CicdError } from "#shared/error.ts";
import { firstIssue } from "#shared/first-issue.ts";
import { everyPage } from "./every-page.ts";
import type { ForgeFetch } from "./forge-fetch.ts";

/** What a request carries. */
export interface JsonRequest {
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: object;
}

/** A thin client of a REST API that speaks JSON: every answer is checked before it is used. */
export class JsonApi {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #fetch: ForgeFetch;

  /** `base` is where the API begins, without a slash at its end. */
  constructor(base: string, headers: Readonly<Record<string, string>>, fetch: ForgeFetch) {
    this.#base = base;
    this.#headers = headers;
    this.#fetch = fetch;
  }

  /** @throws CicdError of {@link ForgeFetch}; `forge_rejected` for an answer that does not fit. */
  async send<S extends z.ZodType>(
    schema: S,
    method: "GET" | "POST" | "PUT" | "PATCH",
    path: string,
    { query = {}, body }: JsonRequest = {},
  ): Promise<z.output<S>> {
    const url = new URL(this.#base + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    const response = await this.#fetch(url.href, {
      method,
      headers: {
        accept: "application/json",
        ...this.#headers,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const parsed = schema.safeParse(parseJson(await response.text()));
    if (parsed.success) return parsed.data;
    const what = `${method} ${url.pathname}`;
    throw new CicdError(
      "forge_rejected",
      `Cannot read answer to ${what}: ${firstIssue(parsed.error)}`,
      { hint: "Is this the API of the forge, in a version that is supported?" },
    );
  }

  /** The last `tail` bytes of an answer that is text. @throws CicdError of {@link ForgeFetch}. */
  async text(path: string, tail: number): Promise<string> {
    const headers = { accept: "text/plain, */*", ...this.#headers };
    return await (await this.#fetch(this.#base + path, { headers, tail })).text();
  }

  /** All entries of a list that comes in pages. */
  async list<S extends z.ZodType>(
    schema: S,
    path: string,
    query: JsonRequest["query"] = {},
  ): Promise<z.output<S>[]> {
    const entries = z.array(schema);
    return await everyPage((page) =>
      this.send(entries, "GET", path, { query: { ...query, ...page } }),
    );
  }
}

/** What is no JSON fits no schema of ours. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
