import type { Finding, Place, Review } from "#shared/review.ts";
import type { TaskError, TaskKind, TaskResult, WrittenBranch } from "#shared/task.ts";
import type { TaskEvent } from "#shared/task-event.ts";
import { paragraphs } from "../paragraphs.ts";
import { cut } from "./cut.ts";
import { reportMarkdown } from "./report-texts.ts";
import type { UntrustedText } from "./untrusted-text.ts";

/** Where a finding ended up on the page. */
export interface Shown {
  readonly finding: Finding;
  /** Null when the diff does not show its line, or has no room for it. */
  readonly place: Place | null;
}

/** How long each text may be; the longest comment that all forges take holds the rest. */
const longest = { message: 6000, suggestion: 6000, summary: 6000, error: 1500, answer: 50_000 };
/** So much of a finding stands in the summary when it has a comment of its own. */
const longestLine = 200;
/** GitHub's limit is 65,536 characters. */
const longestComment = 60_000;

/** The comment on the line of a finding, without its marker. */
export function findingText({ finding, place }: Shown, text: UntrustedText): string {
  const { severity, category, line, message, suggestion } = finding;
  const about = place === null || place.line === line ? "" : ` (line ${line})`;
  return paragraphs([
    `**${severity}** · ${category}${about}`,
    text.markdown(message, longest.message),
    suggestion === null || suggestion.trim() === ""
      ? ""
      : `Suggestion:\n\n${text.code(suggestion, longest.suggestion)}`,
  ]);
}

/** The summary of a review, without its marker. */
export function reviewMarkdown(
  { headSha, review, title, isCached, skills, shown }: ReviewToShow,
  text: UntrustedText,
): string {
  const onLines = shown.filter(({ place }) => place !== null);
  const elsewhere = shown.filter(({ place }) => place === null);
  const whole = paragraphs([
    `### Review of ${shortSha(headSha)}`,
    text.markdown(review.summary, longest.summary),
    `**${title}**`,
    isCached ? cachedNote : "",
    onLines.map((one) => brief(one, text)).join("\n"),
    elsewhere.length === 0 ? "" : "Not on a line that this change shows:",
    ...elsewhere.map((one) =>
      paragraphs([`**${placeName(one.finding, text)}**`, findingText(one, text)]),
    ),
    skillsText(skills),
  ]);
  if (whole.length <= longestComment) return whole;
  const short = paragraphs([
    `### Review of ${shortSha(headSha)}`,
    text.markdown(review.summary, longest.summary),
    `**${title}** (too long to be shown whole)`,
    isCached ? cachedNote : "",
    shown.map((one) => brief(one, text)).join("\n"),
  ]);
  const footer = skillsText(skills);
  return paragraphs([cut(short, longestComment - footer.length), footer]);
}

/** The footer of what a model has said: whose instructions it followed. */
function skillsText(skills: readonly string[]): string {
  if (skills.length === 0) return "";
  const names = skills.map((name) => `\`${name}\``).join(", ");
  return `_By the skill${skills.length === 1 ? "" : "s"} ${names}._`;
}

const cachedNote =
  "_This very change was reviewed before; `/review --force` asks the model again._";

/** What a review looks like when it is shown. */
export interface ReviewToShow {
  readonly headSha: string;
  readonly review: Review;
  readonly title: string;
  readonly isCached: boolean;
  readonly skills: readonly string[];
  /** Worst first. */
  readonly shown: readonly Shown[];
}

/** What stands in the summary's place when there is no review: never to be read as an all-clear. */
export function failureText(
  headSha: string | undefined,
  error: TaskError,
  text: UntrustedText,
): string {
  return paragraphs([
    headSha === undefined ? "### Review failed" : `### Review of ${shortSha(headSha)} failed`,
    `This version was **not** reviewed: ${text.markdown(error.message, longest.error)}`,
    error.hint === undefined ? "" : text.markdown(error.hint, longest.error),
  ]);
}

/** What a model, or the runner itself, answers. */
export function answerText(
  { text: answer, report, written, skills = [] }: AnswerToShow,
  text: UntrustedText,
): string {
  if (report === undefined) return text.markdown(answer, longest.answer);
  const where = written === undefined ? "" : writtenText(written);
  const shown = cut(paragraphs([where, reportMarkdown(report, text)]), longestComment);
  return paragraphs([shown, skillsText(skills)]);
}

/** Where tests were put: all of it is ours. */
export function writtenText({ branch, sha, url }: WrittenBranch): string {
  return `They are on the branch [\`${branch}\`](<${url}>), as commit ${shortSha(sha)}.`;
}

/** An answer, and its parts where it has a form. */
type AnswerToShow = Pick<
  Extract<TaskResult, { kind: "answer" }>,
  "text" | "report" | "written" | "skills"
>;

/** What is said in place of an answer. */
export function noAnswerText(kind: TaskKind, error: TaskError, text: UntrustedText): string {
  return paragraphs([
    `**\`/${kind}\` failed:** ${text.markdown(error.message, longest.error)}`,
    error.hint === undefined ? "" : text.markdown(error.hint, longest.error),
  ]);
}

/** What an answer is about that stands in no thread. */
export function aboutText(kind: TaskKind, event: TaskEvent, text: UntrustedText): string {
  switch (event.type) {
    case "comment": {
      const { author, url } = event.comment;
      return `Answer to ${linked(`a comment of ${text.inlineCode(author)}`, url)}`;
    }
    case "pipeline": {
      const { name, url, head_sha } = event.pipeline;
      const pipeline = name === "" ? "Pipeline" : `Pipeline ${text.inlineCode(name)}`;
      return `### ${linked(pipeline, url)} failed at ${shortSha(head_sha)}`;
    }
    default: {
      const sha = event.pull_request.head?.sha;
      const title = kind === "test" ? "Tests" : "Analysis";
      return sha === undefined ? `### ${title}` : `### ${title} of ${shortSha(sha)}`;
    }
  }
}

/** Nothing ends the link early: what could is encoded in a URL that was parsed. */
function linked(words: string, url: string | undefined): string {
  return url === undefined ? words : `[${words}](<${new URL(url).href}>)`;
}

/** The text of a finding that is not found any more. */
export function settledText(before: string, headSha: string): string {
  return paragraphs([`_Not found any more in ${shortSha(headSha)}._`, before.trim()]);
}

/** How a finding is named on one line. */
export function findingTitle({ severity, category }: Finding): string {
  return `${severity} ${category}`;
}

function brief({ finding }: Shown, text: UntrustedText): string {
  const { severity, category, message } = finding;
  const [first = ""] = text.markdown(message, longest.message).split("\n");
  return `- **${severity}** · ${category} · ${placeName(finding, text)}: ${cut(first, longestLine)}`;
}

function placeName({ file, line }: Finding, text: UntrustedText): string {
  return text.inlineCode(line === null ? file : `${file}:${line}`);
}

function shortSha(sha: string): string {
  return `\`${sha.slice(0, 8)}\``;
}
