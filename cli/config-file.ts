import { access, readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { YAMLError } from "yaml";
import type { Environment } from "#shared/config.ts";
import { CicdError, reasonOf } from "#shared/error.ts";

/** The name that a configuration is looked for by. */
export const configFileName = "cicd-runner.yaml";
/** The variable that names a configuration, for all commands. */
export const configVariable = "CICD_RUNNER_CONFIG";

/** Where a configuration is looked for. */
export interface ConfigPlaces {
  /** `--config`, from `folder`. */
  readonly file: string | undefined;
  /** The working directory. */
  readonly folder: string;
  readonly environment: Environment;
  /**
   * Whether a file in `folder` or above it counts: for what an operator starts in a folder of theirs.
   * Other commands run where other people's files are, and those must not configure them.
   */
  readonly looksUpwards: boolean;
  /** Told of a file that would have counted then. */
  readonly onPassedOver?: (path: string) => void;
}

/** A configuration as it was read: not yet checked. */
export interface ConfigFile {
  /** Undefined when there is no file. */
  readonly path: string | undefined;
  readonly content: unknown;
}

/**
 * Reads the given file, else the one that {@link configVariable} names, else the first
 * {@link configFileName} upwards where that counts, else the one in the user's folder of settings;
 * none is as good as an empty one.
 * @throws CicdError `config_invalid` when a named file is missing, or one is not YAML; nothing of what is
 * in it, which may be a secret, is told.
 */
export async function readConfigFile(places: ConfigPlaces): Promise<ConfigFile> {
  const named = namedFile(places);
  const found = named === undefined ? await find(places) : await readGiven(named);
  if (found === undefined) return { path: undefined, content: {} };
  return { path: found.path, content: await contentOf(found) };
}

async function contentOf({ path, text }: Found): Promise<unknown> {
  // Without a file a command is there sooner.
  const { LineCounter, parseDocument } = await import("yaml");
  const lineCounter = new LineCounter();
  // Pretty errors bring the line at fault along.
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  // A warning is about a tag that nobody knows: its value would be taken for a text.
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const { line, col } = lineCounter.linePos(problem.pos[0]);
    const message = `Cannot read ${path}: ${wordsOf(problem)} at line ${line}, column ${col}`;
    // The cause may quote the file too.
    throw new CicdError("config_invalid", message);
  }
  try {
    // An empty file is no mistake.
    return document.toJS() ?? {};
  } catch {
    // The cause would name the alias.
    throw new CicdError("config_invalid", `Cannot read ${path}: an alias leads nowhere`, {
      hint: 'Put a text that begins with * in quotes: "**/dist/**"',
    });
  }
}

/** What is wrong, without what is quoted of the file: a password may begin with `!` or `|`. */
function wordsOf({ code, message }: YAMLError): string {
  return unquoted[code] ?? message.replace(/(?<=\S): .*$/s, "");
}

const unquoted: Partial<Record<YAMLError["code"], string>> = {
  BAD_DIRECTIVE: "Unknown directive",
  BAD_DQ_ESCAPE: "Invalid escape sequence",
  MULTIPLE_DOCS: "Another document begins",
  TAG_RESOLVE_FAILED: "Unresolved tag",
};

function namedFile({ file, folder, environment }: ConfigPlaces): string | undefined {
  if (file !== undefined) return resolve(folder, file);
  const named = environment[configVariable];
  if (!named || isAbsolute(named)) return named || undefined;
  throw new CicdError(
    "config_invalid",
    `Cannot read configuration: ${configVariable} is ${named}`,
    {
      hint: "Set it to an absolute path: another one would be another file in each folder",
    },
  );
}

interface Found {
  readonly path: string;
  readonly text: string;
}

async function readGiven(path: string): Promise<Found> {
  try {
    return { path, text: await readFile(path, "utf8") };
  } catch (cause) {
    const why = reasonOf(cause);
    throw new CicdError("config_invalid", `Cannot read ${path}: ${why}`, { cause });
  }
}

async function find(places: ConfigPlaces): Promise<Found | undefined> {
  const { folder, looksUpwards, onPassedOver } = places;
  const upwards = await nearest(folder);
  if (upwards !== undefined && looksUpwards) return await readGiven(upwards);
  const users = usersFile(places);
  const isTaken = users !== undefined && (await exists(users));
  // Whoever keeps their settings above where they work has one file for all of this.
  if (upwards !== undefined && upwards !== users) onPassedOver?.(upwards);
  return isTaken ? await readGiven(users) : undefined;
}

async function nearest(folder: string): Promise<string | undefined> {
  const path = join(folder, configFileName);
  if (await exists(path)) return path;
  const parent = dirname(folder);
  return parent === folder ? undefined : await nearest(parent);
}

/** In the folder that the XDG Base Directory Specification names. */
function usersFile({ environment: { XDG_CONFIG_HOME, HOME } }: ConfigPlaces): string | undefined {
  const home = HOME && isAbsolute(HOME) ? join(HOME, ".config") : undefined;
  const folder = XDG_CONFIG_HOME && isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : home;
  return folder === undefined ? undefined : join(folder, "cicd-runner", configFileName);
}

/** One that is there and can't be read is there: reading says why. */
async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    (error) => !["ENOENT", "ENOTDIR"].includes(error?.code),
  );
}
