import { open } from "node:fs/promises";
import { join } from "node:path";
import type * as z from "zod";
import type { Environment, VariableLabels } from "#shared/config.ts";
import { CicdError } from "#shared/error.ts";
import { type Setting, settingsOf } from "#shared/setting.ts";

/** An environment in which secrets that lie in files are variables like others. */
export interface FilledEnvironment {
  readonly environment: Environment;
  /** What is said of those, by their variables: `GITHUB_TOKEN_FILE (/run/secrets/github)`. */
  readonly labels: VariableLabels;
}

/** Largest secret that is read, in bytes. */
const limit = 64 * 1024;

/**
 * Reads the secrets that lie in files: where `X` sets a secret, `X_FILE` names a file that holds it,
 * and where neither is set, the service manager's credential named like the variable in small
 * letters does (`$CREDENTIALS_DIRECTORY/github_token`). Line ends behind a secret are no part of it.
 * @throws CicdError `config_invalid` that names the file which is missing, unreadable, empty, too
 * large or no text, or the two variables that both set a secret.
 */
export async function readSecretFiles(
  schema: z.ZodObject,
  environment: Environment,
): Promise<FilledEnvironment> {
  const filled: Record<string, string | undefined> = { ...environment };
  const labels = new Map<string, string>();
  for (const setting of settingsOf(schema)) {
    if (!setting.isSecret) continue;
    const found = (await namedFile(setting, environment)) ?? (await credential(setting, filled));
    if (found === undefined) continue;
    filled[found.variable] = found.text;
    labels.set(found.variable, found.label);
  }
  return { environment: filled, labels };
}

interface Found {
  readonly variable: string;
  readonly text: string;
  readonly label: string;
}

async function namedFile(
  { path, variables }: Setting,
  environment: Environment,
): Promise<Found | undefined> {
  const set = variables
    .flatMap((variable) => [variable, `${variable}_FILE`])
    .filter((name) => environment[name]);
  const variable = variables.find((name) => environment[`${name}_FILE`]);
  if (variable === undefined) return undefined;
  if (set.length > 1) {
    const message = `Cannot read configuration: ${path.join(".")} is set by ${set.join(" and by ")}`;
    throw new CicdError("config_invalid", message, { hint: "Keep one of them" });
  }
  const name = `${variable}_FILE`;
  const file = environment[name] ?? "";
  const text = await contentOf(file, `${name} (${file})`);
  if (text === undefined) throw unusable(`${name} (${file})`, "no such file");
  return { variable, text, label: `${name} (${file})` };
}

async function credential(
  { variables }: Setting,
  environment: Environment,
): Promise<Found | undefined> {
  const folder = environment.CREDENTIALS_DIRECTORY;
  if (!folder || variables.some((name) => environment[name])) return undefined;
  for (const variable of variables) {
    const file = join(folder, variable.toLowerCase());
    const label = `credential ${file}`;
    const text = await contentOf(file, label);
    if (text !== undefined) return { variable, text, label };
  }
  return undefined;
}

/** What is in a file; undefined when there is none. */
async function contentOf(file: string, label: string): Promise<string | undefined> {
  const bytes = await bytesOf(file, label);
  if (bytes === undefined) return undefined;
  if (bytes.length > limit) throw unusable(label, `larger than ${limit} bytes`);
  const text = textOf(bytes)?.replace(/[\r\n]+$/, "");
  if (text === undefined) throw unusable(label, "no text in UTF-8");
  if (text.trim() === "") throw unusable(label, "empty");
  return text;
}

/** No more than it takes to see that there are too many: a device never ends. */
async function bytesOf(file: string, label: string): Promise<Uint8Array | undefined> {
  try {
    await using handle = await open(file);
    if (!(await handle.stat()).isFile()) throw unusable(label, "no file");
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(limit + 1) });
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (error instanceof CicdError) throw error;
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw unusable(label, code === "EACCES" ? "no permission to read it" : String(error), error);
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function unusable(label: string, why: string, cause?: unknown): CicdError {
  return new CicdError("config_invalid", `Cannot read secret from ${label}: ${why}`, {
    cause,
    hint: "Name a readable file that holds nothing but the secret",
  });
}
