import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { pino } from "pino";
import { Config } from "#cli/config.ts";
import { startEdge } from "#cli/edge-server.ts";
import { version } from "#cli/version.ts";
import { deliver } from "#demo/delivery.ts";
import { follow } from "#demo/follow.ts";
import { startHost } from "#runner/host.ts";
import { workspaceFolder } from "#runner/state-dir.ts";
import { readConfig } from "#shared/config.ts";
import type { Start } from "#shared/task.ts";
import { claudeCli } from "../claude-cli.ts";
import { createRepository } from "../workspace/repository.ts";
import { Reading, type ReviewTimes } from "./reading.ts";
import { baseFiles, changedFiles } from "./sample.ts";

/** Edge and runner host in this process, and a repository whose pull requests they review. */
export interface Product extends AsyncDisposable {
  /** Pushes to a pull request. @throws Error unless a review comes of it, begun like `start`. */
  push(number: number, start: Start): Promise<ReviewTimes>;
  /** Closes a pull request, which ends its process. */
  close(number: number): Promise<void>;
  /** Where the files of a session's pull request lie. */
  treeOf(sessionId: string): string;
}

/** Where a product works. */
export interface ProductOptions {
  readonly folder: string;
  /** Address of the model's API. */
  readonly apiUrl: string;
}

/** Starts one, silent and with the settings that it has by itself. */
export async function startProduct({ folder, apiUrl }: ProductOptions): Promise<Product> {
  await using undo = new AsyncDisposableStack();
  const secret = randomBytes(32).toString("hex");
  const stateDir = join(folder, "state");
  const config = readConfig(
    Config,
    {
      port: 0,
      github: { webhook_secret: [secret] },
      runner_secret: [randomBytes(32).toString("hex")],
      runner: { port: 0, state_dir: stateDir, clone_protocols: ["file"] },
      claude: { cli_path: claudeCli },
      anthropic: { api_key: "stand-in", base_url: apiUrl },
    },
    {},
  );
  const log = pino({ level: "silent" });
  const host = await startHost({ config, environment: process.env, log, version });
  undo.defer(() => host.stop());
  const edge = await startEdge({ config: { ...config, runner_url: host.url }, log });
  undo.defer(() => edge.close(1000));

  const repository = await createRepository(join(folder, "repository.git"));
  const baseSha = await repository.commit({ files: baseFiles });
  const webhook = { url: edge.url, secret };
  const heads = new Map<number, string>();
  let pushes = 0;
  const resources = undo.move();
  return {
    push: async (number, start) => {
      const before = heads.get(number);
      pushes += 1;
      const headSha = await repository.commit({
        files: changedFiles(pushes),
        branch: `change-${number}`,
        from: before ?? baseSha,
      });
      heads.set(number, headSha);
      const target = { number, cloneUrl: repository.url, baseSha, headSha };
      const reading = new Reading();
      const action = before === undefined ? "opened" : "synchronize";
      const accepted = await deliver(action, target, webhook);
      reading.answered();
      for await (const entry of follow(accepted.events_url)) reading.read(entry);
      return reading.end(start);
    },
    close: async (number) => {
      const headSha = heads.get(number) ?? baseSha;
      const target = { number, cloneUrl: repository.url, baseSha, headSha };
      const accepted = await deliver("closed", target, webhook);
      await Array.fromAsync(follow(accepted.events_url));
    },
    treeOf: (sessionId) => join(workspaceFolder(stateDir, sessionId), "tree"),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
