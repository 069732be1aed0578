import { createHash } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { endOrphans } from "#runner/claude/orphans.ts";
import { seal, sealHeader } from "#shared/seal.ts";
import type { Asked, Sending } from "../soak/asked.ts";
import { installCli } from "../soak/install-cli.ts";
import { freePort } from "./free-port.ts";
import { Member } from "./member.ts";

/** How large a fleet is. */
export interface FleetOptions {
  readonly folder: string;
  readonly seed: string;
  readonly edges: number;
  readonly hosts: number;
  /** The store that the hosts share; without, the one host has an embedded one. */
  readonly database?: string | undefined;
  /** Where results are published; without, nowhere. */
  readonly forge?: { readonly apiUrl: string; readonly token: string };
  /** Settings of the runners besides. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The secret that deliveries are signed with. */
export const webhookSecret = "webhook-secret-of-the-campaign";
const secrets = { RUNNER_SECRET: "runner-secret-of-the-campaign" };
const apiToken = "a-token-of-the-campaign";
/** How soon somebody who finds an edge down asks the next one, in milliseconds. */
const pause = 20;

/** The programs of the product, each on a port that it keeps. */
export class Fleet implements Asked, AsyncDisposable {
  readonly runners: readonly Runner[];
  readonly edges: readonly Member[];
  readonly #edgeUrls: readonly string[];
  #turn = 0;
  #isOver = false;

  static async start(options: FleetOptions): Promise<Fleet> {
    await installCli(options.folder);
    const runnerPorts = await Promise.all(Array.from({ length: options.hosts }, freePort));
    const edgePorts = await Promise.all(Array.from({ length: options.edges }, freePort));
    const runners = runnerPorts.map((port, index) => new Runner(index, port, options));
    const runnerUrls = runners.map(({ url }) => url);
    const edges = edgePorts.map((port) => newEdge(port, runnerUrls, options));
    const fleet = new Fleet(runners, edges, edgePorts.map(urlOf));
    await using undo = new AsyncDisposableStack();
    undo.use(fleet);
    await Promise.all(fleet.members.map((member) => member.start()));
    undo.move();
    return fleet;
  }

  private constructor(
    runners: readonly Runner[],
    edges: readonly Member[],
    edgeUrls: readonly string[],
  ) {
    this.runners = runners;
    this.edges = edges;
    this.#edgeUrls = edgeUrls;
  }

  get members(): readonly Member[] {
    return [...this.runners, ...this.edges];
  }

  /** The origin of an edge, the next one each time, up or down. @throws Error at the end. */
  anyEdge(): string {
    if (this.#isOver) throw new Error("Cannot ask: the fleet is no more");
    this.#turn += 1;
    return this.#edgeUrls[this.#turn % this.#edgeUrls.length] ?? "";
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
        // 404: what another edge keeps for the runner is not known here yet.
        if (response.status !== 503 && response.status !== 404) {
          throw new Error(`${method} ${path}: ${response.status} ${text}`);
        }
      }
      await delay(pause);
    }
  }

  /** Asks one runner to do something, as its operator. */
  async askRunner({ url }: Runner, path: string): Promise<Response> {
    const sealed = { method: "POST", path, body: new Uint8Array() };
    const { RUNNER_SECRET: secret } = secrets;
    const headers = { [sealHeader]: await seal(secret, sealed, Date.now()) };
    return await fetch(url + path, { method: "POST", headers });
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
    for (const { stateDir } of this.runners) await endOrphans(stateDir);
  }
}

/** One host of a fleet. */
export class Runner extends Member {
  readonly name: string;
  readonly url: string;
  readonly stateDir: string;

  constructor(index: number, port: number, options: FleetOptions) {
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

function newEdge(port: number, runnerUrls: readonly string[], { folder }: FleetOptions): Member {
  return new Member({
    command: "edge",
    folder,
    isMachine: false,
    environment: {
      ...secrets,
      PORT: String(port),
      EDGE_STATE_DIR: join(folder, `edge-${port}`),
      RUNNER_URL: runnerUrls.join(" "),
      GITHUB_WEBHOOK_SECRET: webhookSecret,
      // All that people and forges do comes from one address here.
      EDGE_RATE_LIMIT_API: "0",
      API_TOKENS: `admin:${createHash("sha256").update(apiToken).digest("hex")}`,
    },
  });
}

function urlOf(port: number): string {
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
