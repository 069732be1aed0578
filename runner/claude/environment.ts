import { join } from "node:path";
import type { Environment } from "#shared/config.ts";
import { markerVariable } from "./orphans.ts";

/** What the environment of a CLI process is made of. */
export interface CliEnvironmentOptions {
  /** The host's own environment, of which only what is listed here is handed on. */
  readonly host: Environment;
  /** Further names that the operator hands on, such as those of Bedrock or Vertex. */
  readonly passOn: readonly string[];
  readonly stateDir: string;
  readonly apiKey: string | undefined;
  readonly authToken?: string | undefined;
  /** A `Name: value` on each line. */
  readonly customHeaders?: string | undefined;
  readonly baseUrl: string | undefined;
}

/** Locale, time zone, proxies and certificates: nothing else of the host reaches the CLI. */
const allowed = [
  ...["PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"],
  ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"],
];

/** How often the CLI itself repeats a request to the API; the default of 10 takes three minutes. */
const apiRetries = "3";

/** The environment of a CLI process: an allow-list, and folders of its own. */
export function cliEnvironment(options: CliEnvironmentOptions): Record<string, string> {
  const { host, passOn, stateDir } = options;
  const api: Environment = {
    ANTHROPIC_API_KEY: options.apiKey,
    ANTHROPIC_AUTH_TOKEN: options.authToken,
    ANTHROPIC_CUSTOM_HEADERS: options.customHeaders,
    ANTHROPIC_BASE_URL: options.baseUrl,
  };
  return {
    ...pick({ ...host, ...api }, [...allowed, ...passOn, ...Object.keys(api)]),
    ...gitConfig({
      // Git runs programs that a checkout's configuration names; the CLI runs git at its start.
      "core.fsmonitor": "false",
      "core.hooksPath": "/dev/null",
      "safe.bareRepository": "explicit",
    }),
    HOME: homeFolder(stateDir),
    CLAUDE_CONFIG_DIR: configFolder(stateDir),
    // The CLI keeps sockets in it, by which sessions of one user can reach each other.
    TMPDIR: tempFolder(stateDir),
    CLAUDE_CODE_MAX_RETRIES: apiRetries,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_AUTOUPDATER: "1",
    // The state folder may lie within a repository of the operator's.
    GIT_CEILING_DIRECTORIES: join(stateDir, "workspaces"),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    [markerVariable]: stateDir,
  };
}

/** An empty home, so that nothing of the user that the runner runs as is read. */
export function homeFolder(stateDir: string): string {
  return join(stateDir, "claude", "home");
}

/** Where the CLI keeps its transcripts, by which conversations are resumed. */
export function configFolder(stateDir: string): string {
  return join(stateDir, "claude", "config");
}

/** Scratch files and sockets of the CLI. */
export function tempFolder(stateDir: string): string {
  return join(stateDir, "claude", "tmp");
}

function pick(from: Environment, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = from[name];
    if (value) picked[name] = value;
  }
  return picked;
}

function gitConfig(settings: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(settings);
  return Object.fromEntries([
    ["GIT_CONFIG_COUNT", String(entries.length)],
    ...entries.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ]);
}
