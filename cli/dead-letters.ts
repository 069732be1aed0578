import { callRunner } from "#edge/call-runner.ts";
import type { RunnerClient } from "#edge/runner-client.ts";
import {
  listDeadLetters,
  replayDeadLetter,
  replayDeadLetters,
} from "#shared/routes/dead-letters.ts";
import type { Shown } from "./output.ts";

/** Which dead letters are meant, as the command line has it. */
export interface DeadLetterFlags {
  readonly code?: string;
  readonly repository?: string;
  readonly since?: string;
  readonly limit?: string;
}

/** Lists dead letters; gives what is to be shown, as those below do. */
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
