import type { Task, TaskResult } from "#shared/task.ts";
import type { WorkContext } from "../dispatch/run-attempt.ts";
import { isAnswered } from "./answered-task.ts";
import { patiently } from "./patiently.ts";
import { publishAnswer } from "./publish-answer.ts";
import type { Publisher } from "./publisher.ts";
import { answerText } from "./texts.ts";

/** How an answer comes about, and what an earlier attempt has left of it. */
export interface AnswerSource {
  readonly stored: TaskResult | undefined;
  readonly run: () => Promise<TaskResult>;
  /** What is done with an answer that is kept, before it is said; may be repeated. */
  readonly complete: (result: TaskResult) => Promise<TaskResult>;
}

/**
 * Answers, and says it where it was asked. The answer is kept before: an attempt that fails in
 * publishing leaves the next one nothing else to do.
 * @throws CicdError of what went wrong; the signal's reason when it aborts.
 */
export async function publishedAnswer(
  task: Task,
  { signal, checkHeld, keep, onEvent }: WorkContext,
  { stored, run, complete }: AnswerSource,
  { openPage, text, patience }: Publisher,
): Promise<TaskResult> {
  const page = openPage(task.event, { signal, beforeWrite: checkHeld });
  if (page === undefined || !isAnswered(task)) return stored ?? (await run());
  const said = stored ?? (await run());
  if (stored === undefined) {
    await keep({ type: "result.stored", data: { result: said, places: [] } });
  }
  const result = await complete(said);
  if (result.kind !== "answer") return result;
  const answer = answerText(result, text);
  await patiently(() => publishAnswer(page, task, answer, text), patience, signal);
  onEvent({ type: "task.published", data: { url: task.event.pull_request.url } });
  return result;
}
