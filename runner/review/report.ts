import { Analysis, Diagnosis, type Report, TestProposal } from "#shared/report.ts";
import type { Task, TaskResult } from "#shared/task.ts";
import { reportMarkdown } from "../publish/report-texts.ts";
import { untrustedText } from "../publish/untrusted-text.ts";
import type { SkillOutput } from "../skills/skill.ts";
import type { AskOptions } from "./ask.ts";
import { askInForm } from "./ask-form.ts";
import { forms } from "./forms.ts";
import { type Parsed, parseAnswer } from "./parse.ts";
import { type FormWish, questionPrompt } from "./question-prompt.ts";
import { backgroundOf, type Spent, type Talk, voice } from "./talk.ts";

type FormOutput = keyof typeof forms;

/** Whether a skill's answer has a form, and is no review. */
export function isFormOutput(output: SkillOutput | undefined): output is FormOutput {
  return output !== undefined && Object.hasOwn(forms, output);
}

/** What a report needs besides the talk. */
export interface ReportContext {
  /** What is shown besides the pull request: logs of what failed. Default nothing. */
  readonly shown?: FormWish["shown"];
  /** Checks a patch against the head in a session's folder; gives it back as git takes it. */
  readonly checkPatch?: (folder: string, patch: string) => Promise<Parsed<string>>;
}

/**
 * The talk of a task whose answer has a form.
 * @throws CicdError `answer_unparsable` when the model gives none twice, and what `ask` throws.
 */
export function reporting(
  output: FormOutput,
  { shown = [], checkPatch = unchecked }: ReportContext,
) {
  return async (
    task: Task,
    talk: Talk,
    options: AskOptions,
  ): Promise<
    Spent & Required<Pick<Extract<TaskResult, { kind: "answer" }>, "text" | "report">>
  > => {
    const wish = { skills: talk.skills, form: forms[output], shown };
    const { folder } = talk.lease;
    const { value: report, ...took } = await askInForm(voice(task, talk, options), {
      step: output,
      prompt: questionPrompt(task, talk, backgroundOf(talk), wish),
      read: (answer) => readers[output](answer, (patch) => checkPatch(folder, patch)),
      what: output,
      code: "answer_unparsable",
    });
    return { text: reportMarkdown(report, asItIs), report, ...took };
  };
}

/** A patch that nobody can check is not shown to anybody. */
const unchecked = async (): Promise<Parsed<string>> => ({
  ok: false,
  reason: "the patch can't be checked here",
});

type Reader = (
  answer: string,
  check: (patch: string) => Promise<Parsed<string>>,
) => Parsed<Report> | Promise<Parsed<Report>>;

/** The API tells secrets that the page does not: who reads it may see them. */
const asItIs = untrustedText((text) => text);

const readers: Readonly<Record<FormOutput, Reader>> = {
  analysis: (answer) => {
    const parsed = parseAnswer(Analysis, answer);
    if (!parsed.ok) return parsed;
    return { ok: true, value: { kind: "analysis", analysis: parsed.value } };
  },
  diagnosis: (answer) => {
    const parsed = parseAnswer(Diagnosis, answer);
    if (!parsed.ok) return parsed;
    return { ok: true, value: { kind: "diagnosis", diagnosis: parsed.value } };
  },
  tests: async (answer, check) => {
    const parsed = parseAnswer(TestProposal, answer);
    if (!parsed.ok) return parsed;
    const { patch } = parsed.value;
    const checked = patch === null ? undefined : await check(patch);
    if (checked?.ok === false) return checked;
    const tests = { ...parsed.value, patch: checked?.value ?? null };
    return { ok: true, value: { kind: "tests", tests } };
  },
};
