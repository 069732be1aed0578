import { randomBytes } from "node:crypto";
import { type Origin, originOf, readConfig } from "#shared/config.ts";
import { type Setting, settingsOf, valueAt } from "#shared/setting.ts";
import { Config } from "./config.ts";
import { type ConfigFile, type ConfigPlaces, readConfigFile } from "./config-file.ts";
import { type FilledEnvironment, readSecretFiles } from "./secret-files.ts";

/** Where settings are read from. */
export type SettingsSource = ConfigPlaces;

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

/** A setting, its value as it is written there, and where that is. */
export interface Explained extends Setting {
  readonly value: unknown;
  readonly origin: Origin;
  /** The origin in words: a path, the name of a variable, what names a file. */
  readonly from: string;
}

/** Settings, and where each comes from. */
export interface ExplainedSettings {
  readonly config: Config;
  /** The configuration file; undefined without one. */
  readonly file: string | undefined;
  readonly settings: readonly Explained[];
}

/**
 * The settings, each with where it comes from.
 * @param isAlone whether edge or runner run alone, and so need the secret between them.
 * @throws CicdError as {@link readSettings}.
 */
export async function explainSettings(
  source: SettingsSource,
  { isAlone = false } = {},
): Promise<ExplainedSettings> {
  const gathered = await gather(source);
  const madeUp = randomBytes(32).toString("hex");
  const config = parsed(isAlone ? gathered : withRunnerSecret(gathered, madeUp));
  const settings = settingsOf(Config).map((setting) => explained(setting, gathered));
  return { config, file: gathered.path, settings };
}

function explained(setting: Setting, gathered: Gathered): Explained {
  const { path: file = "file", content, environment, labels } = gathered;
  const origin = originOf(setting, content, environment);
  switch (origin.kind) {
    case "variable": {
      const from = labels.get(origin.name) ?? origin.name;
      return { ...setting, origin, from, value: environment[origin.name] };
    }
    case "file":
      return { ...setting, origin, from: file, value: valueAt(content, setting.path) };
    case "default":
      return { ...setting, origin, from: "default", value: setting.fallback };
  }
}

type Gathered = ConfigFile & FilledEnvironment;

async function gather(source: SettingsSource): Promise<Gathered> {
  const [read, filled] = await Promise.all([
    readConfigFile(source),
    readSecretFiles(Config, source.environment),
  ]);
  return { ...read, ...filled };
}

function withRunnerSecret(gathered: Gathered, madeUp: string): Gathered {
  const { content, environment } = gathered;
  const isSet = hasKey(content, "runner_secret") || environment.RUNNER_SECRET;
  return isSet ? gathered : { ...gathered, environment: { ...environment, RUNNER_SECRET: madeUp } };
}

function parsed({ path, content, environment, labels }: Gathered): Config {
  return readConfig(Config, content, environment, labels, path);
}

function hasKey(value: unknown, key: string): boolean {
  return typeof value === "object" && value !== null && key in value;
}
