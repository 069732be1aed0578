import { closest } from "fastest-levenshtein";
import * as z from "zod";
import { CicdError } from "./error.ts";
import { type Setting, settingsOf, unwrap, valueAt } from "./setting.ts";

/** Environment variables by name; a missing and an empty one are the same. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What errors call a variable whose value comes from elsewhere, by its name. */
export type VariableLabels = ReadonlyMap<string, string>;

/**
 * Reads a configuration: the file's content first, then the environment over it, then the defaults.
 * Which variables set a setting is told by {@link settingsOf}. Lists are separated by white space
 * there. A section without keys is as good as none.
 * @param path where the file is, for its errors.
 * @throws CicdError `config_invalid` that names every key at fault, its value and what is allowed.
 */
export function readConfig<S extends z.ZodObject>(
  schema: S,
  file: unknown,
  environment: Environment,
  labels: VariableLabels = new Map(),
  path?: string,
): z.output<S> {
  if (!isRecord(file)) throw invalid(["the file must hold keys and values at its top"], path);
  const merged = withoutEmptySections(schema, structuredClone(file));
  const origins = new Map<string, string>();
  for (const setting of settingsOf(schema)) {
    const variable = variableOf(setting, environment);
    const text = variable === undefined ? undefined : environment[variable];
    if (variable === undefined || text === undefined) continue;
    if (setAt(merged, setting.path, fromText(setting.schema, text))) {
      origins.set(setting.path.join("."), labels.get(variable) ?? variable);
    }
  }
  const parsed = schema.safeParse(merged);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => describe(schema, merged, origins, issue));
  throw invalid(problems, path);
}

/** The variables that a configuration reads, for `--help` and for what a child may not inherit. */
export function variablesOf(schema: z.ZodObject): string[] {
  return settingsOf(schema).flatMap(({ variables }) => variables);
}

/** Where the value of a setting comes from. */
export type Origin =
  | { readonly kind: "default" }
  | { readonly kind: "file" }
  | { readonly kind: "variable"; readonly name: string };

/** Where {@link readConfig} takes a setting from. */
export function originOf(setting: Setting, file: unknown, environment: Environment): Origin {
  const name = variableOf(setting, environment);
  if (name !== undefined) return { kind: "variable", name };
  return { kind: valueAt(file, setting.path) === undefined ? "default" : "file" };
}

function variableOf({ variables }: Setting, environment: Environment): string | undefined {
  return variables.find((name) => environment[name]);
}

/** A heading whose keys are all commented out holds null, as YAML reads it. */
function withoutEmptySections(
  schema: z.ZodObject,
  values: Record<string, unknown>,
): Record<string, unknown> {
  const kept = Object.entries(values).flatMap(([key, value]) => {
    const inner = schema.shape[key] === undefined ? undefined : unwrap(schema.shape[key]);
    if (!(inner instanceof z.ZodObject)) return [[key, value]];
    if (value === null) return [];
    return [[key, isRecord(value) ? withoutEmptySections(inner, value) : value]];
  });
  return Object.fromEntries(kept);
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
  return mayHoldSecret(schema, path) ? "hidden" : JSON.stringify(value);
}

/** Whether a secret lies at a path, above it or below it. */
function mayHoldSecret(schema: z.ZodObject, path: readonly PropertyKey[]): boolean {
  return settingsOf(schema).some(
    (setting) =>
      setting.isSecret &&
      path.every((key, depth) => depth >= setting.path.length || key === setting.path[depth]),
  );
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(problems: readonly string[], path: string | undefined): CicdError {
  const what = path === undefined ? "configuration" : `configuration ${path}`;
  return new CicdError("config_invalid", `Cannot read ${what}:\n  ${problems.join("\n  ")}`);
}
