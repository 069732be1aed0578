import { CicdError } from "#shared/error.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import type { ForgeAdapter } from "../forge/forge.ts";
import { handOff, isRefusal } from "../hand-off.ts";
import type { Rules } from "../rules/config.ts";
import type { RunnerClient } from "../runner-client.ts";
import { toHandOff } from "../to-hand-off.ts";
import { understand } from "../understand.ts";
import type { DeliveryReport } from "../webhook.ts";
import type { Attempt, Hook } from "./hook.ts";
import { latestOnly, type MissedTask } from "./latest-only.ts";
import { type Candidate, missed } from "./missed.ts";
import { overtakes } from "./overtaken.ts";
import type { Progress } from "./progress.ts";
import { type RunnerMemory, runnerMemory } from "./runner-memory.ts";

/** What one look at a webhook has come to. */
export interface HookSwept {
  /** Deliveries that were looked into. */
  readonly checked: number;
  /** Those that became tasks. */
  readonly taken_in: number;
  /** There is more, which the next time is for. */
  readonly more: boolean;
}

/** What sweeping needs besides the webhook. */
export interface SweepContext {
  readonly adapter: ForgeAdapter;
  readonly rules: Rules;
  readonly runner: RunnerClient;
  readonly requestId: string;
  /** In milliseconds. */
  readonly window: number;
  readonly limit: number;
  readonly now: () => number;
  readonly onDelivery: (report: DeliveryReport) => void;
  readonly signal: AbortSignal;
}

/** The most pages that are read of a webhook's list. */
const maxPages = 50;

/**
 * Takes in what a webhook has missed since the last time: each pull request's last word, the oldest
 * first, unless something later about it has arrived meanwhile.
 * @throws CicdError when forge or runner don't answer, or the runner refuses one of them; what was
 * done until then counts.
 */
export async function sweepHook(
  hook: Hook,
  progress: Progress,
  context: SweepContext,
): Promise<HookSwept> {
  const { adapter, runner, requestId, window, limit, now, signal } = context;
  const began = now();
  const { attempts, whole } = await attemptsSince(progress.since(began, window), hook, signal);
  const { candidates, more } = missed(attempts, { events: adapter.events, known: progress, limit });
  const memory = runnerMemory(runner, adapter.name, requestId);

  const tasks: MissedTask[] = [];
  for (const candidate of candidates) {
    const task = await lookInto(candidate, memory, context);
    if (task === undefined) progress.done(candidate.id, candidate.at);
    else tasks.push(task);
  }
  let taken = 0;
  let refusal: CicdError | undefined;
  for (const group of latestOnly(tasks)) {
    try {
      if (await takeIn(group.latest, memory, context)) taken += 1;
    } catch (thrown) {
      const error = CicdError.from(thrown);
      if (!isRefusal(error)) throw error;
      // It may be mended by the next time; until then it keeps back none of the others.
      refusal ??= error;
      continue;
    }
    for (const { deliveryId, at } of group.all) progress.done(deliveryId, at);
  }
  if (refusal !== undefined) throw refusal;
  const isComplete = whole && !more;
  if (isComplete) progress.reached(began);
  return { checked: candidates.length, taken_in: taken, more: !isComplete };
}

async function attemptsSince(since: number, hook: Hook, signal: AbortSignal) {
  const attempts: Attempt[] = [];
  let pages = 0;
  for await (const page of hook.pages(signal)) {
    attempts.push(...page.filter(({ at }) => at >= since));
    pages += 1;
    if (page.some(({ at }) => at < since)) return { attempts, whole: true };
    if (pages === maxPages) return { attempts, whole: false };
  }
  return { attempts, whole: true };
}

/** Undefined when there is nothing to do about it, now or later. */
async function lookInto(
  { id, at, delivered, attempt }: Candidate,
  memory: RunnerMemory,
  { adapter, rules, onDelivery, signal }: SweepContext,
): Promise<MissedTask | undefined> {
  const forge = adapter.name;
  if (await memory.knows(id)) return undefined;
  try {
    const { identity, payload, answeredByUs } = await attempt.read(signal);
    if (delivered && answeredByUs) return undefined;
    const received = understand(identity, payload, { adapter, rules });
    if (received.kind === "task") return { ...received, at };
    const { deliveryId, code, reason } = received;
    onDelivery({ forge, outcome: "ignored", deliveryId, code, reason });
  } catch (thrown) {
    const { category, code } = CicdError.from(thrown);
    // A delivery that can't be understood would not be the next time either.
    if (category !== "input") throw thrown;
    onDelivery({ forge, outcome: "refused", reason: code });
  }
  return undefined;
}

/** Whether it became a task. It has the delivery's own time, which later sweeps look at. */
async function takeIn(
  missed: MissedTask,
  memory: RunnerMemory,
  { adapter, runner, requestId, onDelivery }: SweepContext,
): Promise<boolean> {
  const forge = adapter.name;
  const { deliveryId, at, event } = missed;
  if ((await memory.lastOf(sessionIdOf(event), overtakes(missed))) > at) {
    const reason = "something later about the pull request has arrived";
    onDelivery({ forge, outcome: "ignored", deliveryId, code: "overtaken", reason });
    return false;
  }
  const parcel = { handOff: toHandOff({ forge, ...missed }), requestId };
  const { outcome, task_id: taskId } = await handOff(runner, parcel);
  onDelivery({ forge, outcome, deliveryId, taskId });
  return outcome === "accepted";
}
