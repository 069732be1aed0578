import { join } from "node:path";
import { pino } from "pino";
import { startEdge } from "#cli/edge-server.ts";
import { version } from "#cli/version.ts";
import { createClient } from "#client/client.ts";
import { deliver } from "#demo/delivery.ts";
import { startHost } from "#runner/host.ts";
import { Workspaces } from "#runner/session/workspaces.ts";
import type { JournalEntry } from "#shared/journal.ts";
import type { Start } from "#shared/task.ts";
import type { Files } from "../workspace/import-commits.ts";
import { createRepository } from "../workspace/repository.ts";
import { Reading, type ReviewTimes } from "./reading.ts";
import { baseFiles, changedFiles } from "./sample.ts";
import { readSettings, type Settings } from "./settings.ts";

/** Edge and runner host in this process, and a repository whose pull requests they review. */
export interface Product extends AsyncDisposable {
  /**
   * Makes a commit of a pull request, of which the product hears by what this resolves to; by
   * default the same three files are changed each time.
   */
  commit(number: number, files?: Files): Promise<Deliver>;
  /** Both in one. */
  push(number: number, start: Start, files?: Files): Promise<ReviewTimes>;
  /** Closes a pull request, which ends its process. */
  close(number: number): Promise<void>;
  /** Where the files of a session's pull request lie. */
  treeOf(sessionId: string): string;
  /** How many processes it has started by now, and seen ready. */
  processesStarted(): Promise<number>;
}

/**
 * Delivers a commit and follows its review, entry by entry.
 * @throws Error unless it ends well, and was begun like `start`.
 */
export type Deliver = (
  start: Start,
  onEntry?: (entry: JournalEntry) => void,
) => Promise<ReviewTimes>;

/** Where a product works, and with what. */
export interface ProductOptions extends Pick<Settings, "apiUrl" | "spares"> {
  readonly folder: string;
}

/** Starts one, silent and with the settings that it has by itself, but for the spares. */
export async function startProduct({ folder, ...more }: ProductOptions): Promise<Product> {
  await using undo = new AsyncDisposableStack();
  const stateDir = join(folder, "state");
  const config = readSettings({ stateDir, ...more });
  const log = pino({ level: "silent" });
  const host = await startHost({ config, environment: process.env, log, version });
  undo.defer(() => host.stop());
  const edge = await startEdge({ config: { ...config, runner_url: [host.url] }, log });
  undo.defer(() => edge.close(1000));

  const repository = await createRepository(join(folder, "repository.git"));
  const baseSha = await repository.commit({ files: baseFiles });
  const [secret = ""] = config.github.webhook_secret ?? [];
  const webhook = { url: edge.url, secret };
  const heads = new Map<number, string>();
  let pushes = 0;
  const commit = async (number: number, files?: Files): Promise<Deliver> => {
    const before = heads.get(number);
    pushes += 1;
    const headSha = await repository.commit({
      files: files ?? changedFiles(pushes),
      branch: `change-${number}`,
      from: before ?? baseSha,
    });
    heads.set(number, headSha);
    const target = { number, cloneUrl: repository.url, baseSha, headSha };
    const action = before === undefined ? "opened" : "synchronize";
    return async (start, onEntry) => {
      const reading = new Reading();
      const accepted = await deliver(action, target, webhook);
      reading.answered();
      for await (const entry of createClient({ url: edge.url }).followLink(accepted.events_url)) {
        reading.read(entry);
        onEntry?.(entry);
      }
      return reading.end(start);
    };
  };
  const resources = undo.move();
  return {
    commit,
    push: async (number, start, files) => (await commit(number, files))(start),
    close: async (number) => {
      const headSha = heads.get(number) ?? baseSha;
      const target = { number, cloneUrl: repository.url, baseSha, headSha };
      const accepted = await deliver("closed", target, webhook);
      await Array.fromAsync(createClient({ url: edge.url }).followLink(accepted.events_url));
    },
    treeOf: (sessionId) => join(new Workspaces(stateDir).folder(sessionId), "tree"),
    processesStarted: async () => {
      const metrics = await (await fetch(`${host.url}/metrics`)).text();
      return Number(/^cicd_async_sessions_total (\d+)$/m.exec(metrics)?.[1]);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
