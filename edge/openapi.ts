import * as z from "zod";
import { createDocument, type ZodOpenApiOperationObject } from "zod-openapi";
import type { ErrorCode } from "#shared/error.ts";
import { JournalEntry } from "#shared/journal.ts";
import { Problem, problemMediaType, statusOf } from "#shared/problem.ts";
import type { Route } from "#shared/route.ts";
import { publicRoutes } from "#shared/routes/public.ts";
import { Session, SessionDetail } from "#shared/session.ts";
import { Task } from "#shared/task.ts";

type OpenApiDocument = ReturnType<typeof createDocument>;

/** The OpenAPI 3.1 document of all that an edge serves. `serverUrl` is where it is reached. */
export function openApiDocument(serverUrl: string): OpenApiDocument {
  // Anybody may ask for it, and to make it takes as long as dozens of webhooks.
  common ??= commonDocument();
  return { ...common, servers: [{ url: serverUrl }] };
}

let common: OpenApiDocument | undefined;

function commonDocument(): OpenApiDocument {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of publicRoutes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return createDocument(
    {
      openapi: "3.1.1",
      info: {
        title: "cicd-runner",
        // Of the API, as its paths say; not of the program.
        version: "1",
        description:
          "Errors are problems (RFC 9457) with a stable `code`. Every answer has `X-Request-Id`, " +
          "which the logs have too.",
        license: { name: "MIT", identifier: "MIT" },
      },
      paths,
      components: {
        schemas: { Problem, Task, JournalEntry, Session, SessionDetail },
        securitySchemes: {
          token: { type: "http", scheme: "bearer", description: "`cicd-runner token` makes one" },
          link: {
            type: "apiKey",
            in: "query",
            name: "token",
            description: "As `status_url` and `events_url` carry it: good for one task, expires",
          },
        },
      },
    },
    {
      // Readers have to let new fields pass; and a closed object in an `allOf` matches nothing.
      override: ({ jsonSchema, io }) => {
        if (io === "output" && jsonSchema.additionalProperties === false) {
          delete jsonSchema.additionalProperties;
        }
      },
    },
  );
}

function operation(route: Route): ZodOpenApiOperationObject {
  const { id, summary, description, access, params, query, body } = route;
  return {
    operationId: id,
    summary,
    ...(description !== undefined && { description }),
    tags: [tag(route)],
    requestParams: { path: params, query },
    ...(!(body instanceof z.ZodVoid) && {
      requestBody: { required: true, content: { "application/json": { schema: body } } },
    }),
    responses: { ...answers(route), ...problems(route) },
    ...(needs(access).length > 0 && { security: needs(access) }),
  };
}

function tag({ path }: Route): string {
  const [, first = "", second = ""] = path.split("/");
  return first === "v1" ? second : first;
}

function answers({ status, answer, media = "application/json", also = {} }: Route) {
  const all = Object.entries({ [status]: answer, ...also });
  return Object.fromEntries(
    all.map(([code, schema]) => [
      code,
      schema instanceof z.ZodVoid
        ? { description: "Nothing to say" }
        : { description: "Done", content: { [media]: { schema } } },
    ]),
  );
}

/** The errors of a route by status, each with its codes. */
function problems(route: Route) {
  const byStatus = Map.groupBy(codesOf(route), statusOf);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\``).join(", "),
        content: { [problemMediaType]: { schema: Problem } },
      },
    ]),
  );
}

function codesOf({ access, body, errors = [] }: Route): Set<ErrorCode> {
  const hasBody = !(body instanceof z.ZodVoid);
  const isRelayed = access !== "open" && access !== "signature";
  return new Set<ErrorCode>([
    "rate_limited",
    ...(access === "open" ? [] : (["invalid_request", "unauthorized"] as const)),
    ...(hasBody ? (["payload_too_large", "unsupported_media_type"] as const) : []),
    ...(isRelayed ? (["runner_unavailable"] as const) : []),
    ...(access === "write" || access === "admin" ? (["forbidden"] as const) : []),
    ...errors,
  ]);
}

function needs(access: Route["access"]): Record<string, string[]>[] {
  switch (access) {
    case "read":
    case "write":
    case "admin":
      return [{ token: [access] }];
    case "link":
      return [{ token: ["read"] }, { link: [] }];
    case "signature":
    case "open":
      return [];
  }
}
