import { join } from "node:path";
import { openStore } from "#runner/store/open-store.ts";
import type { Store } from "#runner/store/store.ts";
import { account } from "../soak/account.ts";
import { type Deed, readDeeds } from "../soak/deeds.ts";
import { makeTargets } from "../soak/targets.ts";
import { tempFolder } from "../temp-folder.ts";
import { serveGit } from "../workspace/git-http.ts";
import { Database } from "./database.ts";
import { drive, type Taken } from "./drive.ts";
import { Fleet } from "./fleet.ts";
import { Forge } from "./forge.ts";
import { killOn } from "./killer.ts";
import { lateWrongs, partLate } from "./late.ts";
import type { Member, Mortal } from "./member.ts";
import { pageWrongs } from "./page-wrongs.ts";
import { type Delivery, makePlan } from "./plan.ts";
import { Sender } from "./sender.ts";

/** How large a campaign is, and what decides everything in it that time does not. */
export interface CampaignOptions {
  readonly deliveries: number;
  readonly sessions: number;
  /** How many runners; more than one have a PostgreSQL store. */
  readonly hosts: number;
  readonly store: "sqlite" | "postgres";
  readonly seed: string;
  /** The mean time between two deaths, in milliseconds. */
  readonly killEvery: number;
  /** So many deliveries were taken. */
  readonly onProgress?: (taken: number) => void;
}

/** What came of a campaign. */
export interface CampaignReport {
  /** What is wrong, a line each; empty when nothing is lost and nothing was done twice. */
  readonly problems: readonly string[];
  /** Deliveries sent, copies and repeats included. */
  readonly sent: number;
  /** Those that got a 202, and those that got a 200. */
  readonly accepted: number;
  readonly duplicates: number;
  /** How many tasks ended how. */
  readonly ends: Readonly<Record<string, number>>;
  /** How many of them had to wait at an edge until a later one had gone past. */
  readonly late: number;
  readonly kills: Readonly<Record<string, number>>;
  readonly turns: number;
  /** How often the forge was asked to change a page, by route. */
  readonly writes: Readonly<Record<string, number>>;
  readonly durationMs: number;
}

/**
 * Lets a forge deliver to edges and runners that are killed one after the other, and holds them to
 * it that each delivery ends once, and visibly: in its journal, and on the page of its pull request.
 */
export async function campaign(options: CampaignOptions): Promise<CampaignReport> {
  const { deliveries, sessions, hosts, seed, killEvery, onProgress = () => {} } = options;
  const began = performance.now();
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder()).path;
  const git = undo.use(await serveGit(folder));
  const targets = await makeTargets(join(folder, "repository.git"), {
    cloneUrl: `${git.url}/repository.git`,
    sessions,
    versions: 2,
  });
  const target = ({ number, push }: Delivery) => targets(number, Number(push.split(".")[1]));
  const forge = undo.use(await Forge.start(seed));
  const database = options.store === "postgres" ? undo.use(await Database.start()) : undefined;
  const shared = { database: database?.url };
  const fleet = undo.use(await Fleet.start({ folder, seed, edges: 2, hosts, forge, ...shared }));
  const sender = new Sender(fleet, target);

  const over = new AbortController();
  const members = [...fleet.members, ...(database === undefined ? [] : [database])];
  const killing = killOn({ seed, members, interval: killEvery, signal: over.signal });
  // What was killed is up again before the fleet is ended.
  undo.defer(async () => {
    over.abort();
    await killing.catch(() => {});
  });
  let count = 0;
  const driving = drive(makePlan(seed, { deliveries, sessions }), {
    fleet,
    sender,
    onTaken: () => {
      count += 1;
      onProgress(count);
    },
  }).finally(() => over.abort());
  const [taken] = await Promise.all([driving, killing]);
  await forge.settled();
  const problems = [...sender.problems, ...(await fleet.stop())];

  await using store = await openStore({
    ...shared,
    folder: fleet.runners[0]?.stateDir ?? "",
    host: "campaign",
    limits: { perRepository: 0, perForge: 0 },
  });
  const deeds = readDeeds(folder);
  const kills = killsOf(members);
  const evidence = { store, deeds, kills: kills.runner ?? 0, skew: hosts > 1 ? clockSkew : 0 };
  let late = 0;
  for (const sent of taken) {
    const parted = partLate(await inOrder(sent, store));
    problems.push(...(await lateWrongs(parted.late, { sent, store })));
    problems.push(...(await account(parted.timely, evidence)));
    problems.push(...pageWrongs(parted.timely, { forge, seed, target }));
    late += parted.late.length;
  }
  problems.push(...unlessOnce(deeds), ...errorsOf(fleet.members), ...forge.problems);
  return {
    problems,
    sent: sender.sent,
    accepted: sender.accepted,
    duplicates: sender.duplicates,
    ends: endsOf(taken),
    late,
    kills,
    turns: deeds.filter(({ kind }) => kind === "told").length,
    writes: forge.writes(),
    durationMs: performance.now() - began,
  };
}

/** As the store has taken them: one that had to wait at an edge comes behind those after it. */
async function inOrder(sent: Taken[number], store: Store): Promise<Taken[number]> {
  const [first] = sent;
  if (first === undefined) return sent;
  const tasks = await store.tasks({ sessionId: first.sessionId, limit: Number.MAX_SAFE_INTEGER });
  const places = new Map(tasks.map(({ id }, index) => [id, -index]));
  return sent.toSorted((a, b) => (places.get(a.taskId) ?? 0) - (places.get(b.taskId) ?? 0));
}

/** What hosts under load may be wrong by about the clock of their database, in milliseconds. */
const clockSkew = 500;

/** Two processes at once for one conversation, or one pull request. */
function unlessOnce(deeds: readonly Deed[]): string[] {
  return deeds.flatMap((deed) => {
    if (deed.kind === "forked") return [`${deed.conversation}: ${deed.pid} beside ${deed.other}`];
    if (deed.kind === "doubled") return [`${deed.push}: ${deed.pid} beside ${deed.other}`];
    return [];
  });
}

/** What was logged as an error, but for what the death of another part explains. */
function errorsOf(members: readonly Member[]): string[] {
  return members.flatMap(({ command, errors }) =>
    errors
      .filter(({ code }) => code !== "runner_unavailable" && code !== "store_unavailable")
      .map(({ code, message, stack }) => `The ${command} logged ${code} ${message}\n${stack}`),
  );
}

function killsOf(members: readonly Mortal[]): Record<string, number> {
  const kills: Record<string, number> = {};
  for (const member of members) {
    kills[member.command] = (kills[member.command] ?? 0) + member.kills;
  }
  return kills;
}

function endsOf(taken: Taken): Record<string, number> {
  const ends: Record<string, number> = {};
  for (const { journal } of taken.flat()) {
    const type = journal.at(-1)?.type ?? "nothing";
    ends[type] = (ends[type] ?? 0) + 1;
  }
  return ends;
}
