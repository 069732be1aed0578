import { callRunner } from "#edge/call-runner.ts";
import type { RunnerClient } from "#edge/runner-client.ts";
import { CicdError } from "#shared/error.ts";
import { Forge } from "#shared/event.ts";
import {
  listDeadLetters,
  replayDeadLetter,
  replayDeadLetters,
} from "#shared/routes/dead-letters.ts";
import { takeReplay } from "#shared/routes/deliveries.ts";
import type { Shown } from "./output.ts";
import { terminalText } from "./terminal-text.ts";

/** Which dead letters are meant, as the command line has it. */
export interface DeadLetterFlags {
  readonly code?: string;
  readonly repository?: string;
  readonly since?: string;
  readonly limit?: number;
}

/** Lists dead letters; gives what is to be shown, as those below do. */
export async function showDeadLetters(
  runner: RunnerClient,
  { code, repository, since, limit }: DeadLetterFlags,
): Promise<Shown> {
  const query = { code, repository, since, limit: limit?.toString() };
  const { tasks } = await callRunner(runner, listDeadLetters, { query });
  const lines = tasks.map(({ id, ended_at, kind, event, error }) => {
    const { owner, name } = event.repository;
    const where = `${owner}/${name}#${event.pull_request.number}`;
    return `${id}  ${ended_at}  ${kind}  ${where}  ${error?.code}: ${error?.message}`;
  });
  const text = lines.length === 0 ? "No dead letters" : terminalText(lines.join("\n"));
  return { data: { tasks }, text };
}

/**
 * Queues one failed task again, by its own id or by that of the delivery that made it. Forges give
 * ids that look like those of tasks, so each is asked for in turn.
 * @throws CicdError `not_found` when neither has it, `conflict` when the task has not failed.
 */
export async function replayOne(runner: RunnerClient, id: string): Promise<Shown> {
  const asked = [
    async () => await callRunner(runner, replayDeadLetter, { params: { task_id: id } }),
    ...Forge.options.map(
      (forge) => async () =>
        await callRunner(runner, takeReplay, { params: { id }, query: { forge } }),
    ),
  ];
  for (const ask of asked) {
    const replay = await ask().catch(unlessUnknown);
    if (replay === undefined) continue;
    const how = replay.outcome === "accepted" ? "is queued" : "was queued before and has not ended";
    return { data: replay, text: `Task ${replay.task_id} ${how}` };
  }
  throw new CicdError("not_found", `Cannot find task or delivery: ${id}`, {
    hint: "See `cicd-runner dead-letters`; what the runner refused is in `cicd-runner outbox list`",
  });
}

function unlessUnknown(error: unknown): undefined {
  if (error instanceof CicdError && error.code === "not_found") return undefined;
  throw error;
}

/** Queues all again that pass a filter. */
export async function replayAll(runner: RunnerClient, filter: DeadLetterFlags): Promise<Shown> {
  const answer = await callRunner(runner, replayDeadLetters, { body: filter });
  const lines = answer.replays.map(({ dead_letter, task_id }) => `${dead_letter} -> ${task_id}`);
  const rest = answer.more ? ["There are more: run this again when the queue has room"] : [];
  const none = lines.length + rest.length === 0 ? ["No dead letters"] : [];
  return { data: answer, text: [...lines, ...rest, ...none].join("\n") };
}
