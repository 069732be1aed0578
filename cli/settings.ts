import { randomBytes } from "node:crypto";
import { type Environment, type Origin, originOf, readConfig } from "#shared/config.ts";
import { type Setting, settingsOf, valueAt } from "#shared/setting.ts";
import { Config } from "./config.ts";
import { type ConfigFile, readConfigFile } from "./config-file.ts";
import { type FilledEnvironment, readSecretFiles } from "./secret-files.ts";

/** Where settings are read from. */
export interface SettingsSource {
  /** `--config`. */
  readonly file: string | undefined;
  readonly folder: string;
  readonly environment: Environment;
}

/**
 * The settings from file, files of secrets and environment.
 * @throws CicdError `config_invalid`, naming file, key and value.
 */
export async function readSettings(source: SettingsSource): Promise<Config> {
  return parsed(await gather(source));
}

/**
 * The same for edge and runner in one program, who need no secret from outside between them: without
 * one it is `madeUp`.
 */
export async function readServeSettings(
  source: SettingsSource,
  madeUp: string = randomBytes(32).toString("hex"),
): Promise<Config> {
  return parsed(withRunnerSecret(await gather(source), madeUp));
}

/**
 * Where the edge of this configuration is reached from this machine.
 * @throws CicdError as {@link readSettings}, without any need for secrets.
 */
export async function configuredEdge(source: SettingsSource): Promise<string> {
  const { host, port, edge } = await readServeSettings(source);
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return edge.public_url ?? `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

/** A setting, its value as it was read, and where that comes from. */
export interface Explained extends Setting {
  readonly value: unknown;
  readonly origin: Origin;
  /** The origin in words: a path, the name of a variable, what names a file. */
  readonly from: string;
}

/**
 * The settings of `serve`, each with where it comes from.
 * @throws CicdError as {@link readSettings}.
 */
export async function explainSettings(
  source: SettingsSource,
): Promise<{ config: Config; file: string | undefined; settings: readonly Explained[] }> {
  const gathered = await gather(source);
  const config = parsed(withRunnerSecret(gathered, randomBytes(32).toString("hex")));
  const { path: file, content, environment, labels } = gathered;
  const settings = settingsOf(Config).map((setting) => {
    const origin = originOf(setting, content, environment);
    const value = valueAt(config, setting.path);
    const from =
      origin.kind === "variable"
        ? (labels.get(origin.name) ?? origin.name)
        : origin.kind === "file"
          ? (file ?? "file")
          : "default";
    return { ...setting, value, origin, from };
  });
  return { config, file, settings };
}

type Gathered = ConfigFile & FilledEnvironment;

async function gather({ file, folder, environment }: SettingsSource): Promise<Gathered> {
  const [read, filled] = await Promise.all([
    readConfigFile(file, folder),
    readSecretFiles(Config, environment),
  ]);
  return { ...read, ...filled };
}

function withRunnerSecret(gathered: Gathered, madeUp: string): Gathered {
  const { content, environment } = gathered;
  const isSet = hasKey(content, "runner_secret") || environment.RUNNER_SECRET;
  return isSet ? gathered : { ...gathered, environment: { ...environment, RUNNER_SECRET: madeUp } };
}

function parsed({ content, environment, labels }: Gathered): Config {
  return readConfig(Config, content, environment, labels);
}

function hasKey(value: unknown, key: string): boolean {
  return typeof value === "object" && value !== null && key in value;
}
