import { randomBytes } from "node:crypto";
import { type Environment, readConfig } from "#shared/config.ts";
import { Config } from "./config.ts";
import { readConfigFile } from "./config-file.ts";

/** Where settings are read from. */
export interface SettingsSource {
  /** `--config`. */
  readonly file: string | undefined;
  readonly folder: string;
  readonly environment: Environment;
}

/**
 * The settings from file and environment.
 * @throws CicdError `config_invalid`, naming file, key and value.
 */
export async function readSettings({ file, folder, environment }: SettingsSource): Promise<Config> {
  const { content } = await readConfigFile(file, folder);
  return readConfig(Config, content, environment);
}

/** The same for edge and runner in one program, who need no secret from outside between them. */
export async function readServeSettings(source: SettingsSource): Promise<Config> {
  const { content } = await readConfigFile(source.file, source.folder);
  const isSet = hasKey(content, "runner_secret") || source.environment.RUNNER_SECRET;
  const RUNNER_SECRET = randomBytes(32).toString("hex");
  const environment = isSet ? source.environment : { ...source.environment, RUNNER_SECRET };
  return readConfig(Config, content, environment);
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

function hasKey(value: unknown, key: string): boolean {
  return typeof value === "object" && value !== null && key in value;
}
