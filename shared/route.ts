import * as z from "zod";
import type { ErrorCode } from "./error.ts";
import type { Scope } from "./scope.ts";

/**
 * One route of the API, declared once: the runner checks requests by it, the edge relays by it, the
 * document describes it and the client calls it.
 */
export interface Route<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
  A extends z.ZodType = z.ZodType,
> {
  /** Its name in the document: `getTask`. */
  readonly id: string;
  readonly method: "GET" | "POST" | "DELETE";
  /** As OpenAPI writes it: `/v1/tasks/{id}`. */
  readonly path: `/${string}`;
  /**
   * Who may ask: a token of that scope; with `link` also the signed link of the task; with
   * `signature` a forge that proves itself; with `open` everyone.
   */
  readonly access: Scope | "link" | "signature" | "open";
  /** One line, without a full stop. */
  readonly summary: string;
  /** What else there is to know, in Markdown. */
  readonly description?: string;
  /** The parts of the path. Whatever they let through is put into a path again. */
  readonly params: P;
  /** {@link none} for a route that takes none: an unknown name is an error. */
  readonly query: Q;
  /** {@link nothing} for a route that takes none. */
  readonly body: B;
  readonly status: 200 | 202 | 204;
  readonly answer: A;
  /** Default: JSON. For a stream, `answer` is what one message of it holds. */
  readonly media?: "application/json" | "text/event-stream" | "text/html";
  /** Answers of other statuses that are no errors. */
  readonly also?: Readonly<Record<number, z.ZodType>>;
  /** Errors of its own, besides those that follow from the rest. */
  readonly errors?: readonly ErrorCode[];
  /** Twice it would do something else than once: it is not repeated at another runner. */
  readonly once?: true;
  /** The edge adds to the answer where its `task_id` can be followed: {@link withLinks}. */
  readonly links?: true;
}

/** Neither parts of a path nor a query. */
export const none = z.strictObject({});
/** No body, or no answer. */
export const nothing = z.void();

/** Declares a route; its types follow from the schemas. */
export function route<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  A extends z.ZodType,
>(declaration: Route<P, Q, B, A>): Route<P, Q, B, A> {
  return declaration;
}

/** The path as Hono's router takes it: `/v1/tasks/:id`. */
export function routerPath({ path }: Pick<Route, "path">): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

/** The path with its parts filled in: no part can end its segment or climb out of it. */
export function filledPath({ path }: Pick<Route, "path">, params: Record<string, unknown>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
}
