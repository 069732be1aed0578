import assert from "node:assert/strict";
import type { JournalEntry } from "#shared/journal.ts";
import { Fleet, type Runner } from "../campaign/fleet.ts";
import type { Delivery } from "../campaign/plan.ts";
import { Sender } from "../campaign/sender.ts";
import type { PostgresServer } from "../postgres/server.ts";
import { readDeeds } from "../soak/deeds.ts";
import { Sent } from "../soak/sent.ts";
import { makeTargets } from "../soak/targets.ts";
import { tempFolder } from "../temp-folder.ts";
import { serveGit } from "../workspace/git-http.ts";

/** Two hosts and an edge, and a forge that delivers to it. */
export async function startFleet(server: PostgresServer, settings = {}) {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder()).path;
  const git = undo.use(await serveGit(folder));
  const cloneUrl = `${git.url}/repository.git`;
  const target = await makeTargets(`${folder}/repository.git`, { cloneUrl, sessions: 2 });
  const { url: database } = await server.newDatabase();
  const fleet = undo.use(
    await Fleet.start({ folder, seed: "hosts", edges: 1, hosts: 2, database, settings }),
  );
  const sender = new Sender(fleet, target);
  let count = 0;
  const resources = undo.move();
  return {
    fleet,
    deliver: async (number: number) => {
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
    hostOf: (journal: readonly JournalEntry[]): Runner => {
      const name = hostsOf(journal).at(-1);
      return fleet.runners.find((runner) => runner.name === name) ?? assert.fail(`no ${name}`);
    },
    otherThan: (runner: Runner): Runner =>
      fleet.runners.find((other) => other !== runner) ?? assert.fail("no other"),
    drain: async (runner: Runner) => (await fleet.askRunner(runner, "/v1/hosts/drain")).status,
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
