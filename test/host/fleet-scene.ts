import assert from "node:assert/strict";
import type { JournalEntry } from "#shared/journal.ts";
import { Fleet, type FleetOptions } from "../campaign/fleet.ts";
import type { Delivery } from "../campaign/plan.ts";
import type { Runner } from "../campaign/runner.ts";
import { Sender } from "../campaign/sender.ts";
import type { PostgresServer } from "../postgres/server.ts";
import { readDeeds } from "../soak/deeds.ts";
import { Sent } from "../soak/sent.ts";
import { makeTargets } from "../soak/targets.ts";
import { tempFolder } from "../temp-folder.ts";
import { serveGit } from "../workspace/git-http.ts";

/** Hosts and an edge, and a forge that delivers to it. Disposal ends and removes all. */
export interface FleetScene extends AsyncDisposable {
  readonly fleet: Fleet;
  /** Where the scripted CLI notes its deeds. */
  readonly folder: string;
  /** Delivers a push to pull request 1 or 2; resolves when it was answered. */
  deliver(number: number): Promise<Sent<Delivery>>;
  /** The host that a task was last started on. */
  hostOf(journal: readonly JournalEntry[]): Runner;
  /** Another host than this one. */
  otherThan(runner: Runner): Runner;
  /** Asks a host to take no more tasks; resolves to the status of its answer. */
  drain(runner: Runner): Promise<number>;
}

/** Starts one of two hosts that share a new database of a server. */
export async function startFleet(server: PostgresServer, settings = {}): Promise<FleetScene> {
  const { url: database } = await server.newDatabase();
  return await startFleetScene({ hosts: 2, database, settings });
}

/** Starts one, with the scripted CLI that behaves well. */
export async function startFleetScene(
  options: Pick<FleetOptions, "hosts" | "database" | "settings">,
): Promise<FleetScene> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder()).path;
  const git = undo.use(await serveGit(folder));
  const cloneUrl = `${git.url}/repository.git`;
  const target = await makeTargets(`${folder}/repository.git`, { cloneUrl, sessions: 2 });
  const fleet = undo.use(await Fleet.start({ folder, seed: "hosts", edges: 1, ...options }));
  const sender = new Sender(fleet, ({ number }) => target(number));
  let count = 0;
  const resources = undo.move();
  return {
    fleet,
    folder,
    deliver: async (number) => {
      count += 1;
      const one: Delivery = {
        id: `hosts-${count}`,
        push: `${number}.${count}`,
        number,
        kind: "review",
        hangUpAfter: Number.POSITIVE_INFINITY,
        waitsFor: undefined,
        copies: undefined,
      };
      return new Sent(fleet, one.kind, one, await sender.deliver(one));
    },
    hostOf: (journal) => {
      const name = hostsOf(journal).at(-1);
      return fleet.runners.find((runner) => runner.name === name) ?? assert.fail(`no ${name}`);
    },
    otherThan: (runner) =>
      fleet.runners.find((other) => other !== runner) ?? assert.fail("no other"),
    drain: async (runner) => (await fleet.askRunner(runner, "/v1/hosts/drain")).status,
    [Symbol.asyncDispose]: async () => {
      const forked = readDeeds(folder).filter(({ kind }) => kind === "forked");
      await resources.disposeAsync();
      assert.deepEqual(forked, []);
    },
  };
}

/** The hosts that a task was started on, in order. */
export function hostsOf(journal: readonly JournalEntry[]): string[] {
  return journal.flatMap(({ type, data }) => (type === "task.started" ? [data.host] : []));
}
