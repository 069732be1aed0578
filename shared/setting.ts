import * as z from "zod";

/** One setting of a configuration. */
export interface Setting {
  /** Where it lies in the file. */
  readonly path: readonly string[];
  /** The variables that set it, the first one that is set before the others. */
  readonly variables: readonly string[];
  /** Whether nobody may see its value: `secret` in its metadata. */
  readonly isSecret: boolean;
  /** What its value has to be, below defaults and optionals. */
  readonly schema: z.core.$ZodType;
  /** What its metadata says of it. */
  readonly description: string;
  /** What it is when nothing sets it, as the file would say it; undefined where that is nothing. */
  readonly fallback: unknown;
}

/**
 * All settings of a configuration. A setting is set by the variable of its path
 * (`async.max_sessions` by `ASYNC_MAX_SESSIONS`) and by the names in the `env` of its metadata,
 * which go before.
 */
export function settingsOf(schema: z.ZodObject, path: readonly string[] = []): Setting[] {
  return Object.entries(schema.shape).flatMap(([key, value]) => {
    const here = [...path, key];
    const inner = unwrap(value);
    if (inner instanceof z.ZodObject) return settingsOf(inner, here);
    const { env, secret, description } = metadataOf(value);
    const named = Array.isArray(env) ? env.filter((name) => typeof name === "string") : [];
    const variables = [...new Set([...named, here.join("_").toUpperCase()])];
    return [
      {
        path: here,
        variables,
        isSecret: secret === true,
        schema: inner,
        description: typeof description === "string" ? description : "",
        fallback: fallbackOf(value),
      },
    ];
  });
}

/** What lies at a path in objects and lists; undefined where nothing does. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof value !== "object" || value === null) return undefined;
  return valueAt(new Map(Object.entries(value)).get(String(key)), rest);
}

/** What stands below defaults and optionals. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  return isWrapper(schema) ? unwrap(schema.def.innerType) : schema;
}

/** A schema's metadata, wherever it stands among defaults and optionals; the outermost wins. */
function metadataOf(schema: z.core.$ZodType): Readonly<Record<string, unknown>> {
  const inner = isWrapper(schema) ? metadataOf(schema.def.innerType) : {};
  return { ...inner, ...z.globalRegistry.get(schema) };
}

function fallbackOf(schema: z.core.$ZodType): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return schema.def.defaultValue;
  }
  return isWrapper(schema) ? fallbackOf(schema.def.innerType) : undefined;
}

function isWrapper(schema: z.core.$ZodType) {
  return (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable
  );
}
