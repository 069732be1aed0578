import { createHash } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { endOrphans } from "#runner/claude/orphans.ts";
import type { Asked, Sending } from "../soak/asked.ts";
import { installCli } from "../soak/install-cli.ts";
import { freePort } from "./free-port.ts";
import { Member } from "./member.ts";

/** How large a fleet is. */
export interface FleetOptions {
  readonly folder: string;
  readonly seed: string;
  readonly edges: number;
}

const apiToken = "a-token-of-the-campaign";
/** How soon somebody who finds an edge down asks the next one, in milliseconds. */
const pause = 20;

/** The programs of the product, each on a port that it keeps. */
export class Fleet implements Asked, AsyncDisposable {
  readonly webhookSecret = "webhook-secret-of-the-campaign";
  readonly stateDir: string;
  readonly members: readonly Member[];
  readonly #edges: readonly string[];
  #turn = 0;
  #isOver = false;

  static async start({ folder, seed, edges }: FleetOptions): Promise<Fleet> {
    const stateDir = join(folder, "state");
    const runnerPort = await freePort();
    const edgePorts = await Promise.all(Array.from({ length: edges }, freePort));
    const both = { RUNNER_SECRET: "runner-secret-of-the-campaign", LOG_LEVEL: "info" };
    const runner = new Member({
      command: "runner",
      folder,
      isMachine: false,
      environment: {
        ...both,
        RUNNER_PORT: String(runnerPort),
        RUNNER_STATE_DIR: stateDir,
        CLAUDE_CLI_PATH: await installCli(folder),
        CLAUDE_PASS_ENVIRONMENT: "SOAK_FOLDER SOAK_SEED SOAK_TEMPER",
        SOAK_FOLDER: folder,
        SOAK_SEED: seed,
        SOAK_TEMPER: "calm",
        ...runnerSettings,
      },
    });
    const fleet = new Fleet(
      stateDir,
      [
        runner,
        ...edgePorts.map(
          (port) =>
            new Member({
              command: "edge",
              folder,
              isMachine: false,
              environment: {
                ...both,
                PORT: String(port),
                RUNNER_URL: `http://127.0.0.1:${runnerPort}`,
                GITHUB_WEBHOOK_SECRET: "webhook-secret-of-the-campaign",
                API_TOKENS: `admin:${createHash("sha256").update(apiToken).digest("hex")}`,
              },
            }),
        ),
      ],
      edgePorts.map((port) => `http://127.0.0.1:${port}`),
    );
    await Promise.all(fleet.members.map((member) => member.start()));
    return fleet;
  }

  private constructor(stateDir: string, members: readonly Member[], edges: readonly string[]) {
    this.stateDir = stateDir;
    this.members = members;
    this.#edges = edges;
  }

  /** The origin of an edge, the next one each time, up or down. @throws Error at the end. */
  anyEdge(): string {
    if (this.#isOver) throw new Error("Cannot ask: the fleet is no more");
    this.#turn += 1;
    return this.#edges[this.#turn % this.#edges.length] ?? "";
  }

  async ask(
    path: string,
    { method = "GET", body, headers = {}, allowed = [] }: Sending = {},
  ): Promise<Response> {
    for (;;) {
      const response = await fetch(this.anyEdge() + path, {
        method,
        headers: {
          ...headers,
          authorization: `Bearer ${apiToken}`,
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }).catch(() => undefined);
      if (response !== undefined) {
        if (response.ok || allowed.includes(response.status)) return response;
        const text = await response.text().catch(() => "");
        if (response.status !== 503) {
          throw new Error(`${method} ${path}: ${response.status} ${text}`);
        }
      }
      await delay(pause);
    }
  }

  /** Asks all to end, the edges first. What is wrong with how they ended, a line each. */
  async stop(): Promise<string[]> {
    const problems: string[] = [];
    for (const member of this.members.toReversed()) {
      const code = await member.stop();
      if (code !== 0) problems.push(`The ${member.command} ended with ${code}`);
    }
    this.#isOver = true;
    return problems;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    for (const member of this.members) if (member.isRunning) await member.kill();
    await endOrphans(this.stateDir);
  }
}

/** Short waits, and little room. */
const runnerSettings = {
  RUNNER_CLONE_PROTOCOLS: "http",
  ANTHROPIC_API_KEY: "nobody-asks-the-api",
  ASYNC_MAX_SESSIONS: "8",
  ASYNC_MIN_IDLE_SESSIONS: "1",
  ASYNC_FORCE_KILL_TIMEOUT: "500ms",
  ASYNC_GRACEFUL_SHUTDOWN_TIMEOUT: "1s",
  ASYNC_RETRY_INITIAL_DELAY: "20ms",
  SESSION_MEMORY_LIMIT: "1T",
  FALLBACK_ENABLED: "false",
};
