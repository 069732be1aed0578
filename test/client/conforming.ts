import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { createParser } from "eventsource-parser";
import * as z from "zod";
import { publicRoutes } from "#shared/routes/public.ts";

/** A fetch that holds the answers of an API against the document that it gives of itself. */
export interface Conforming {
  readonly fetch: typeof fetch;
  /** The operations that were asked for, each with the statuses that it answered. */
  readonly seen: ReadonlyMap<string, ReadonlySet<number>>;
}

const Operation = z.looseObject({
  operationId: z.string(),
  responses: z.record(
    z.string(),
    z.looseObject({ content: z.record(z.string(), z.looseObject({})).optional() }),
  ),
});
const Document = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
});

/** Reads the document of an edge. */
export async function conforming(url: string): Promise<Conforming> {
  const document = Document.parse(await (await fetch(`${url}/openapi.json`)).json());
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  // The schemas of answers refer to components of the whole document.
  ajv.addSchema(document, "document");
  const seen = new Map<string, Set<number>>();
  const check = (schema: string, value: unknown) => {
    const validate = ajv.getSchema(`document#${schema}`);
    assert.ok(validate, `no schema at ${schema}`);
    assert.ok(validate(value), `${schema}: ${ajv.errorsText(validate.errors)}`);
  };
  return {
    seen,
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      const method = (init?.method ?? "GET").toLowerCase();
      const { pathname } = new URL(String(input));
      const path = Object.keys(document.paths).find((template) => isOf(template, pathname));
      const operation = document.paths[path ?? ""]?.[method];
      assert.ok(path !== undefined && operation, `no operation for ${method} ${pathname}`);
      const { status } = response;
      const { operationId } = operation;
      seen.set(operationId, (seen.get(operationId) ?? new Set()).add(status));
      const declared = operation.responses[status];
      assert.ok(declared, `${operationId} does not declare ${status}`);
      const [media = ""] = (response.headers.get("content-type") ?? "").split(";");
      if (declared.content === undefined) {
        assert.equal(await response.clone().text(), "");
        return response;
      }
      assert.ok(declared.content[media], `${operationId} ${status} does not declare ${media}`);
      const pointer = ["", "paths", path, method, "responses", status, "content", media, "schema"];
      const schema = pointer.map((part) => encodeURIComponent(escaped(String(part)))).join("/");
      if (media.endsWith("json")) check(schema, await response.clone().json());
      if (media === "application/json") await hasNoMore(operationId, response.clone());
      if (media === "text/event-stream") {
        return new Response(
          response.body?.pipeThrough(watching((data) => check(schema, JSON.parse(data)))) ?? null,
          response,
        );
      }
      return response;
    },
  };
}

/** Checks that an answer has no field that its declaration doesn't tell of: parsing takes those out. */
async function hasNoMore(id: string, response: Response): Promise<void> {
  const route = publicRoutes.find((known) => known.id === id);
  assert.ok(route);
  const schema = response.status === route.status ? route.answer : route.also?.[response.status];
  const body: unknown = await response.json();
  assert.deepEqual(schema?.parse(body), body);
}

function isOf(template: string, pathname: string): boolean {
  const parts = pathname.split("/");
  const names = template.split("/");
  return (
    names.length === parts.length &&
    names.every((name, index) => name.startsWith("{") || name === parts[index])
  );
}

/** As a JSON pointer has it. */
function escaped(part: string): string {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** Passes a stream on, and shows the data of each message in it. */
function watching(onData: (data: string) => void) {
  const decoder = new TextDecoder();
  const parser = createParser({ onEvent: ({ data }) => onData(data) });
  return new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform: (chunk, controller) => {
      parser.feed(decoder.decode(chunk, { stream: true }));
      controller.enqueue(chunk);
    },
  });
}
