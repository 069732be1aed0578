import { createHash } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { endOrphans } from "#runner/claude/orphans.ts";
import { seal, sealHeader } from "#shared/seal.ts";
import type { Asked, Sending } from "../soak/asked.ts";
import { installCli } from "../soak/install-cli.ts";
import { freePort } from "./free-port.ts";
import { Member } from "./member.ts";
import { Runner, type RunnerOptions, secrets, urlOf } from "./runner.ts";

/** How large a fleet is. */
export interface FleetOptions extends RunnerOptions {
  readonly edges: number;
}

/** The secret that deliveries are signed with. */
export const webhookSecret = "webhook-secret-of-the-campaign";
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
  async askRunner(
    { url }: Runner,
    path: string,
    { method = "POST", body }: Sending = {},
  ): Promise<Response> {
    const text = body === undefined ? "" : JSON.stringify(body);
    const sealed = { method, path, body: new TextEncoder().encode(text) };
    const headers = {
      "content-type": "application/json",
      [sealHeader]: seal(secrets.RUNNER_SECRET, sealed, Date.now()),
    };
    return await fetch(url + path, { method, headers, ...(text !== "" && { body: text }) });
  }

  /** Asks all to end, the edges first. What is wrong with how they ended, a line each. */
  async stop(): Promise<string[]> {
    const problems: string[] = [];
    for (const member of this.members.toReversed()) {
      const problem = await member.stop();
      if (problem !== undefined) problems.push(problem);
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
