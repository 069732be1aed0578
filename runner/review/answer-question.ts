import type { Task, TaskResult } from "#shared/task.ts";
import type { AskOptions } from "./ask.ts";
import { inSession, type SessionContext } from "./in-session.ts";
import { questionPrompt, repeatAnswerPrompt } from "./prompt.ts";
import { answered, backgroundOf, type Spent, spent, type Talk, voice } from "./talk.ts";

/**
 * Answers what somebody asks about a pull request, analyzes it or writes tests for it, in its session.
 * @throws CicdError of what went wrong; the signal's reason when it aborts.
 */
export async function answerQuestion(task: Task, context: SessionContext): Promise<TaskResult> {
  const { said, headSha, timing } = await inSession(task, context, converse);
  const { text, usage } = said;
  return { kind: "answer", head_sha: headSha, text, usage, timing };
}

async function converse(
  task: Task,
  talk: Talk,
  options: AskOptions,
): Promise<Spent & { readonly text: string }> {
  const say = voice(task, talk, options);
  const prompt = questionPrompt(task, talk, backgroundOf(talk));
  const answer = answered((await say("ask", prompt)) ?? (await say("repeat", repeatAnswerPrompt)));
  return { text: answer.text, ...spent([answer]) };
}
