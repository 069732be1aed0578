import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseDocument } from "yaml";
import { CicdError } from "#shared/error.ts";

/** The name that a configuration is looked for by. */
export const configFileName = "cicd-runner.yaml";

/** A configuration as it was read: not yet checked. */
export interface ConfigFile {
  /** Undefined when there is no file. */
  readonly path: string | undefined;
  readonly content: unknown;
}

/**
 * Reads the given file, or the first {@link configFileName} from `folder` upwards; none is as good
 * as an empty one.
 * @throws CicdError `config_invalid` when a given file is missing, or one is not YAML.
 */
export async function readConfigFile(
  given: string | undefined,
  folder: string,
): Promise<ConfigFile> {
  const path = given === undefined ? undefined : resolve(folder, given);
  const found = path === undefined ? await findUpwards(folder) : await readGiven(path);
  if (found === undefined) return { path: undefined, content: {} };
  const document = parseDocument(found.text);
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw new CicdError("config_invalid", `Cannot read ${found.path}: ${problem.message}`, {
      cause: problem,
    });
  }
  // An empty file is no mistake.
  return { path: found.path, content: document.toJS() ?? {} };
}

async function readGiven(path: string) {
  try {
    return { path, text: await readFile(path, "utf8") };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CicdError("config_invalid", `Cannot read configuration: ${why}`, { cause });
  }
}

async function findUpwards(folder: string): Promise<{ path: string; text: string } | undefined> {
  const path = join(folder, configFileName);
  try {
    return { path, text: await readFile(path, "utf8") };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) {
      throw CicdError.from(error, "config_invalid");
    }
  }
  const parent = dirname(folder);
  return parent === folder ? undefined : findUpwards(parent);
}
