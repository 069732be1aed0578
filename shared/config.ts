import { closest } from "fastest-levenshtein";
import * as z from "zod";
import { CicdError } from "./error.ts";

/** Environment variables by name; a missing and an empty one are the same. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting: where it lies in the file, the variables that set it, and its schema. */
interface Leaf {
  path: readonly string[];
  variables: readonly string[];
  schema: z.core.$ZodType;
}

/**
 * Reads a configuration: the file's content first, then the environment over it, then the defaults.
 * A setting is set by the variable of its path (`async.max_sessions` by `ASYNC_MAX_SESSIONS`) and
 * by the names in the `env` of its metadata, which win. Lists are separated by white space there.
 * @throws CicdError `config_invalid` that names every key at fault, its value and what is allowed.
 */
export function readConfig<S extends z.ZodObject>(
  schema: S,
  file: unknown,
  environment: Environment,
): z.output<S> {
  if (!isRecord(file)) throw invalid(["the file must hold keys and values at its top"]);
  const merged = structuredClone(file);
  const origins = new Map<string, string>();
  for (const leaf of leaves(schema)) {
    const variable = leaf.variables.find((name) => environment[name]);
    const text = variable === undefined ? undefined : environment[variable];
    if (variable === undefined || text === undefined) continue;
    if (setAt(merged, leaf.path, fromText(leaf.schema, text))) {
      origins.set(leaf.path.join("."), variable);
    }
  }
  const parsed = schema.safeParse(merged);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.map((issue) => describe(schema, merged, origins, issue)));
}

/** The variables that a configuration reads, for `--help` and for what a child may not inherit. */
export function variablesOf(schema: z.ZodObject): string[] {
  return leaves(schema).flatMap(({ variables }) => variables);
}

function leaves(schema: z.ZodObject, path: readonly string[] = []): Leaf[] {
  return Object.entries(schema.shape).flatMap(([key, value]) => {
    const here = [...path, key];
    const inner = unwrap(value);
    if (inner instanceof z.ZodObject) return leaves(inner, here);
    const variables = [...namesOf(value), here.join("_").toUpperCase()];
    return [{ path: here, variables: [...new Set(variables)], schema: inner }];
  });
}

/** The names in a schema's `env`, wherever it stands among defaults and optionals. */
function namesOf(schema: z.core.$ZodType): string[] {
  const { env } = z.globalRegistry.get(schema) ?? {};
  if (Array.isArray(env)) return env.filter((name) => typeof name === "string");
  return isWrapper(schema) ? namesOf(schema.def.innerType) : [];
}

/** What stands below defaults and optionals. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  return isWrapper(schema) ? unwrap(schema.def.innerType) : schema;
}

function isWrapper(schema: z.core.$ZodType) {
  return (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable
  );
}

/** The text of a variable as the type that the schema wants; what doesn't fit stays text. */
function fromText(schema: z.core.$ZodType, text: string): unknown {
  if (schema instanceof z.ZodNumber) {
    return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
  }
  if (schema instanceof z.ZodBoolean) {
    return text === "true" ? true : text === "false" ? false : text;
  }
  if (schema instanceof z.ZodArray) {
    const items = text.split(/\s+/).filter((item) => item !== "");
    return items.map((item) => fromText(unwrap(schema.element), item));
  }
  return text;
}

/** Sets a value deep in an object; false where the file has something that holds no keys. */
function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return false;
  if (rest.length === 0) {
    target[key] = value;
    return true;
  }
  target[key] ??= {};
  const inner = target[key];
  return isRecord(inner) && setAt(inner, rest, value);
}

function describe(
  schema: z.ZodObject,
  values: unknown,
  origins: ReadonlyMap<string, string>,
  issue: z.core.$ZodIssue,
): string {
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, issue.path);
    return issue.keys
      .map((key) => {
        const path = [...issue.path, key].join(".");
        const hint = known.length === 0 ? "" : `; did you mean ${closest(key, known)}?`;
        return `${path}: unknown key${hint}`;
      })
      .join("\n");
  }
  const path = issue.path.join(".");
  const variable = origins.get(path) ?? origins.get(issue.path.slice(0, -1).join("."));
  const value = valueAt(values, issue.path);
  const got = value === undefined ? "it is not set" : `got ${shown(schema, issue.path, value)}`;
  const where = variable === undefined ? "" : `, from ${variable}`;
  return `${path === "" ? "" : `${path}: `}${issue.message} (${got}${where})`;
}

/** A value as an error may show it: nothing that is a secret, or that may hold one. */
function shown(schema: z.ZodObject, path: readonly PropertyKey[], value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isRecord(value)) return "keys and values";
  const names = [...path.map(String), ...keysAt(schema, path)];
  const secret = names.some((name) => /secret|token|key|password|path_segment|^store$/i.test(name));
  return secret ? "hidden" : JSON.stringify(value);
}

/** The keys that an object, or the objects of a list, can have at a path; none for what is neither. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const inner = unwrap(schema);
  const [key, ...rest] = path;
  if (inner instanceof z.ZodArray) return keysAt(inner.element, rest);
  if (!(inner instanceof z.ZodObject)) return [];
  if (key === undefined) return Object.keys(inner.shape);
  const next = inner.shape[String(key)];
  return next === undefined ? [] : keysAt(next, rest);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(value)) return valueAt(value[Number(key)], rest);
  return isRecord(value) ? valueAt(value[String(key)], rest) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(problems: readonly string[]): CicdError {
  return new CicdError("config_invalid", `Cannot read configuration:\n  ${problems.join("\n  ")}`);
}
