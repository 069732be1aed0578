import type { Task, TaskResult } from "#shared/task.ts";
import type { AskOptions } from "./ask.ts";
import { inSession, type SessionContext } from "./in-session.ts";
import { questionPrompt } from "./question-prompt.ts";
import { isFormOutput, reporting } from "./report.ts";
import { namesOf } from "./skill-names.ts";
import { answered, backgroundOf, type Spent, spent, type Talk, voice } from "./talk.ts";

/** What was said that is no review. */
type Said = Spent & Pick<Extract<TaskResult, { kind: "answer" }>, "text" | "report">;

/**
 * Answers what somebody asks about a pull request, in its session: in the form that the task's skill
 * has, else as the model writes it.
 * @throws CicdError of what went wrong; the signal's reason when it aborts.
 */
export async function answerQuestion(task: Task, context: SessionContext): Promise<TaskResult> {
  const output = context.skills?.[0]?.output;
  const talk = isFormOutput(output) ? reporting(output, context) : converse;
  const { said, headSha, timing } = await inSession<Said>(task, context, talk);
  const { text, report, usage } = said;
  const about = { ...(report && { report }), ...namesOf(context.skills), head_sha: headSha };
  return { kind: "answer", text, ...about, usage, timing };
}

async function converse(task: Task, talk: Talk, options: AskOptions): Promise<Said> {
  const say = voice(task, talk, options);
  const prompt = questionPrompt(task, talk, backgroundOf(talk));
  const answer = answered((await say("ask", prompt)) ?? (await say("repeat", repeatPrompt)));
  return { text: answer.text, ...spent([answer]) };
}

/** Asks for an answer that was given before but never reached us. */
const repeatPrompt = "Your last answer was lost on its way. Give it again.";
