import { setTimeout as delay } from "node:timers/promises";
import { callRunner } from "#edge/call-runner.ts";
import type { RunnerClient } from "#edge/runner-client.ts";
import {
  listDeadLetters,
  replayDeadLetter,
  replayDeadLetters,
} from "#shared/routes/dead-letters.ts";
import { drainHost, listHosts } from "#shared/routes/hosts.ts";

/** Which dead letters are meant, as the command line has it. */
export interface DeadLetterFlags {
  readonly code?: string;
  readonly repository?: string;
  readonly since?: string;
  readonly limit?: string;
}

/** How often a draining host is looked at, in milliseconds. */
const lookInterval = 1000;

/**
 * Drains the host that answers; with `waits` until nothing runs there any more.
 * @returns what is to be shown, as data and as text; so do all of these.
 */
export async function drain(runner: RunnerClient, waits: boolean): Promise<Shown> {
  const drained = await callRunner(runner, drainHost);
  let host = drained;
  while (waits && host.load.running > 0) {
    await delay(lookInterval);
    const { hosts } = await callRunner(runner, listHosts);
    host = hosts.find(({ id }) => id === drained.id) ?? host;
  }
  return {
    data: host,
    text: `${host.name} is draining: ${host.load.running} tasks run there`,
  };
}

/** What a command shows. */
interface Shown {
  readonly data: unknown;
  readonly text: string;
}

/** Lists dead letters. */
export async function showDeadLetters(
  runner: RunnerClient,
  { code, repository, since, limit }: DeadLetterFlags,
): Promise<Shown> {
  const query = { code, repository, since, limit };
  const { tasks } = await callRunner(runner, listDeadLetters, { query });
  const lines = tasks.map(({ id, ended_at, kind, event, error }) => {
    const { owner, name } = event.repository;
    const where = `${owner}/${name}#${event.pull_request.number}`;
    return `${id}  ${ended_at}  ${kind}  ${where}  ${error?.code}: ${error?.message}`;
  });
  return { data: { tasks }, text: lines.length === 0 ? "No dead letters" : lines.join("\n") };
}

/** Queues one dead letter again. */
export async function replayOne(runner: RunnerClient, taskId: string): Promise<Shown> {
  const params = { task_id: taskId };
  const replay = await callRunner(runner, replayDeadLetter, { params });
  const how = replay.outcome === "accepted" ? "is queued" : "was queued before and has not ended";
  return { data: replay, text: `Task ${replay.task_id} ${how}` };
}

/** Queues all again that pass a filter. */
export async function replayAll(
  runner: RunnerClient,
  { limit, ...filter }: DeadLetterFlags,
): Promise<Shown> {
  const body = { ...filter, ...(limit !== undefined && { limit: Number(limit) }) };
  const answer = await callRunner(runner, replayDeadLetters, { body });
  const lines = answer.replays.map(({ dead_letter, task_id }) => `${dead_letter} -> ${task_id}`);
  const rest = answer.more ? ["There are more: run this again when the queue has room"] : [];
  const none = lines.length + rest.length === 0 ? ["No dead letters"] : [];
  return { data: answer, text: [...lines, ...rest, ...none].join("\n") };
}
