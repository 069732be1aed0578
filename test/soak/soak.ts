import { join } from "node:path";
import { endOrphans } from "#runner/claude/orphans.ts";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import { tempFolder } from "../temp-folder.ts";
import { account } from "./account.ts";
import { readDeeds } from "./deeds.ts";
import { Driver } from "./drive.ts";
import { untilIdle } from "./idle.ts";
import { makePlan } from "./plan.ts";
import type { Held } from "./program.ts";
import { type Report, reportOf } from "./report.ts";
import { Runner } from "./runner.ts";
import { makeTargets } from "./targets.ts";
import { within } from "./within.ts";

/** How large a run is, and what decides everything in it that time does not. */
export interface SoakOptions {
  readonly turns: number;
  readonly sessions: number;
  readonly seed: string;
  /** So many pushes have ended. */
  readonly onProgress?: (ended: number) => void;
}

/** How a runner is ended in the first half, each after its share of the pushes. */
const endings = ["SIGKILL", "SIGTERM", "SIGKILL"] as const;
/** A runner that has so many pushes ahead has time to keep less, and to come back from that. */
const pushesToDegrade = 200;

/**
 * Lets a runner live through many pushes and faults. In the first half it is ended and started
 * again, in the second one it has to do with what it holds.
 */
export async function soak({ turns, sessions, seed, onProgress }: SoakOptions): Promise<Report> {
  const began = performance.now();
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder()).path;
  const target = await makeTargets(join(folder, "repository.git"), { sessions });
  const runner = new Runner(folder, seed);
  undo.defer(async () => {
    await runner[Symbol.asyncDispose]();
    await endOrphans(runner.stateDir);
  });
  await runner.start();

  const driver = new Driver({ runner, folder, target });
  const progress = setInterval(() => onProgress?.(driver.ended), 200).unref();
  undo.defer(() => clearInterval(progress));
  const plan = makePlan(seed, { turns, sessions });
  const half = Math.ceil(plan.length / 2);
  await Promise.all([driver.run(plan.slice(0, half)), disturb(runner, driver, turns / 2)]);
  const held = [await heldWhenIdle(runner)];
  const problems: string[] = [];
  const part = Math.ceil((half * pushesPerReading) / Math.max(turns / 2, pushesPerReading));
  for (let from = half; from < plan.length; from += part) {
    await driver.run(plan.slice(from, from + part));
    held.push(await heldWhenIdle(runner));
  }
  await settle(runner, held).catch((error: Error) => problems.push(error.message));

  await runner.stop("SIGTERM");
  problems.push(...runner.problems);

  await using store = new SqliteStore({ folder: runner.stateDir, host: "soak" });
  const deeds = readDeeds(folder);
  const evidence = { store, deeds, kills: runner.kills };
  for (const sent of driver.sent.values()) problems.push(...(await account(sent, evidence)));
  for (const deed of deeds) {
    if (deed.kind === "forked")
      problems.push(`${deed.conversation} was forked: ${deed.pid}, ${deed.other}`);
    if (deed.kind === "doubled")
      problems.push(`${deed.push} was told ${deed.pid} while ${deed.other} was at work`);
  }
  for (const { code = "", message, stack } of runner.errors) {
    if (!ofSpares.has(code)) problems.push(`It logged ${code} ${message}\n${stack}`);
  }
  return reportOf({
    sent: [...driver.sent.values()].flat(),
    deeds,
    problems,
    held,
    kills: runner.kills,
    durationMs: performance.now() - began,
  });
}

async function disturb(runner: Runner, driver: Driver, pushes: number): Promise<void> {
  for (const [index, signal] of endings.entries()) {
    const after = ((index + 1) / (endings.length + 2)) * pushes;
    await within(
      600,
      () => `${after} pushes`,
      () => runner.isOver || driver.ended >= after,
    );
    if (runner.isOver) return;
    const isCareful = index === 0 && after >= pushesToDegrade;
    await runner.restart(signal, isCareful ? degrading : {});
  }
}

async function heldWhenIdle(runner: Runner): Promise<Held> {
  await untilIdle(runner);
  return await runner.program.held();
}

/** Waits until a runner holds no more than when it was warm, and adds what it holds then. */
async function settle(runner: Runner, held: Held[]): Promise<void> {
  const [warm] = held;
  const told = () => `what is held does not go back: ${JSON.stringify(held)}`;
  await within(15, told, async () => {
    const now = await runner.program.held();
    held[held.length - 1] = now;
    return (
      warm !== undefined &&
      now.files <= warm.files + 2 &&
      now.timers <= warm.timers + 2 &&
      now.heap <= warm.heap + maxHeapGrowth &&
      now.rss <= warm.rss + maxMemoryGrowth
    );
  });
}

/** A single failure makes it give every task a process of its own. */
const degrading = { FALLBACK_ENABLED: "true", FALLBACK_ONE_SHOT_WHEN_CONSECUTIVE_FAILURES: "1" };

/** Trouble that no task waits for: a spare that could not be started. */
const ofSpares = new Set(["cli_exited", "cli_start_timeout"]);

/** After how many pushes of the second half it is counted what the runner holds. */
const pushesPerReading = 300;
/** How much more may be in use at the end than in the middle, in bytes. */
const maxHeapGrowth = 10 * 1024 ** 2;
/** The same of all memory, of which the system gets back only some. */
const maxMemoryGrowth = 100 * 1024 ** 2;
