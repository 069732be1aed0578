import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import * as z from "zod";

/**
 * What a forge publishes about its API, as far as we use it: for each `METHOD /path/{parameter}` the
 * JSON schemas of its query parameters and of its body.
 */
export const ApiDescription = z.record(
  z.string(),
  z.object({
    query: z.record(z.string(), z.record(z.string(), z.unknown())),
    body: z.record(z.string(), z.unknown()).optional(),
  }),
);
/** {@link ApiDescription} as a type. */
export type ApiDescription = z.infer<typeof ApiDescription>;

/** A request that is to be checked. */
export interface Described {
  readonly method: string;
  /** Without the base, as it is sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** The route of a request with its parameters, and what is wrong with it. */
export interface Checked {
  readonly route: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

/** Makes a function that checks requests; undefined for a route that is not described. */
export function contract(description: ApiDescription): (request: Described) => Checked | undefined {
  const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false });
  addFormats.default(ajv);
  const routes = Object.entries(description).map(([route, { query, body }]) => ({
    route,
    form: formOf(route),
    query,
    validate: body === undefined ? undefined : ajv.compile(strict(body)),
  }));
  return ({ method, path, query, body }) => {
    for (const { route, form, query: known, validate } of routes) {
      const match = form.exec(`${method} ${path}`);
      if (match === null) continue;
      const parameters = Object.fromEntries(
        Object.entries(match.groups ?? {}).map(([name, value]) => [
          name,
          decodeURIComponent(value),
        ]),
      );
      const problems = [...query].flatMap(([name, value]) => {
        const schema = known[name];
        if (schema === undefined) return [`${route}: unknown query parameter ${name}`];
        const typed = schema.type === "integer" ? Number(value) : value;
        return ajv.validate(schema, typed) ? [] : [`${route}: ${name}=${value}`];
      });
      if (validate === undefined && body !== undefined) problems.push(`${route}: takes no body`);
      if (validate !== undefined && !validate(body)) {
        problems.push(`${route}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(body)}`);
      }
      return { route, parameters, problems };
    }
    return undefined;
  };
}

function formOf(route: string): RegExp {
  const pattern = route
    .replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&")
    .replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)");
  return new RegExp(`^${pattern}$`);
}

/** A property that is not described is a mistake of ours, though most APIs look away. */
function strict(schema: Record<string, unknown>): Record<string, unknown> {
  const isPlain = schema.properties !== undefined && schema.oneOf === undefined;
  return isPlain ? { ...schema, additionalProperties: false } : schema;
}
