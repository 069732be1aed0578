import { join } from "node:path";
import { Member } from "./member.ts";

/** What the hosts of a fleet have in common. */
export interface RunnerOptions {
  readonly folder: string;
  readonly seed: string;
  readonly hosts: number;
  /** The store that the hosts share; without, the one host has an embedded one. */
  readonly database?: string | undefined;
  /** Where results are published; without, nowhere. */
  readonly forge?: { readonly apiUrl: string; readonly token: string };
  /** Settings of the runners besides. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** What edges and runners know each other by. */
export const secrets = { RUNNER_SECRET: "runner-secret-of-the-campaign" };

/** One host of a fleet. */
export class Runner extends Member {
  readonly name: string;
  readonly url: string;
  readonly stateDir: string;

  constructor(index: number, port: number, options: RunnerOptions) {
    const { folder, seed, hosts, database, forge, settings } = options;
    const name = `host-${index}`;
    const stateDir = join(folder, name);
    super({
      command: "runner",
      folder,
      // Its CLI processes would go on beside those of the host that takes its tasks over.
      isMachine: hosts > 1,
      environment: {
        ...secrets,
        RUNNER_PORT: String(port),
        RUNNER_NAME: name,
        RUNNER_PEER_URL: urlOf(port),
        RUNNER_STATE_DIR: stateDir,
        ...(database !== undefined && { CICD_STORE: database }),
        CLAUDE_CLI_PATH: join(folder, "claude"),
        CLAUDE_PASS_ENVIRONMENT: "SOAK_FOLDER SOAK_SEED SOAK_TEMPER SOAK_TURN",
        SOAK_FOLDER: folder,
        SOAK_SEED: seed,
        SOAK_TEMPER: "calm",
        ...(forge !== undefined && { GITHUB_API_URL: forge.apiUrl, GITHUB_TOKEN: forge.token }),
        ...runnerSettings,
        ...settings,
      },
    });
    this.name = name;
    this.url = urlOf(port);
    this.stateDir = stateDir;
  }
}

/** Where a program listens. */
export function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** Short waits, and little room. */
const runnerSettings = {
  RUNNER_CLONE_PROTOCOLS: "http",
  RUNNER_CLONE_PRIVATE_HOSTS: "127.0.0.1",
  ANTHROPIC_API_KEY: "nobody-asks-the-api",
  ASYNC_MAX_SESSIONS: "8",
  ASYNC_MIN_IDLE_SESSIONS: "1",
  ASYNC_FORCE_KILL_TIMEOUT: "500ms",
  ASYNC_GRACEFUL_SHUTDOWN_TIMEOUT: "1s",
  ASYNC_RETRY_INITIAL_DELAY: "20ms",
  SESSION_MEMORY_LIMIT: "1T",
  FALLBACK_ENABLED: "false",
};
