import type { Analysis, Diagnosis, Report, TestProposal } from "#shared/report.ts";
import { paragraphs } from "../paragraphs.ts";
import type { UntrustedText } from "./untrusted-text.ts";

/** How long each text may be; the schemas allow no more. */
const longest = { text: 6000, patch: 30_000 };

/** What a task found, as Markdown. */
export function reportMarkdown(report: Report, text: UntrustedText): string {
  switch (report.kind) {
    case "analysis":
      return analysisText(report.analysis, text);
    case "diagnosis":
      return diagnosisText(report.diagnosis, text);
    case "tests":
      return testsText(report.tests, text);
  }
}

function analysisText(analysis: Analysis, text: UntrustedText): string {
  const { summary, impact, risk, breaking_changes, tests_to_run, rollback, changelog } = analysis;
  const markdown = (part: string) => text.markdown(part, longest.text);
  return paragraphs([
    markdown(summary),
    labelled(`Risk ${risk.score} of 10`, markdown(risk.reason)),
    section(
      "Impact",
      impact.map(({ area, effect }) => labelled(area, effect)),
      markdown,
    ),
    breaking_changes.length === 0
      ? "**Breaking changes:** none"
      : section("Breaking changes", breaking_changes, markdown),
    section("Tests to run", tests_to_run, markdown),
    labelled("Rollback", markdown(rollback)),
    labelled("Changelog", markdown(changelog)),
  ]);
}

const causes: Readonly<Record<Diagnosis["kind"], string>> = {
  code: "The code",
  test: "A test",
  dependency: "A dependency",
  configuration: "The pipeline's configuration",
  infrastructure: "The machine or the network",
  flaky: "Chance",
  unknown: "Not known",
};
const blame: Readonly<Record<Diagnosis["by_this_change"], string>> = {
  yes: "by this change",
  no: "not by this change",
  unclear: "by this change or not",
};

function diagnosisText(diagnosis: Diagnosis, text: UntrustedText): string {
  const { kind, cause, confidence, by_this_change, evidence, fix } = diagnosis;
  const shown = evidence.join("\n\n");
  return paragraphs([
    `**${causes[kind]}**, ${blame[by_this_change]} (confidence: ${confidence})`,
    text.markdown(cause, longest.text),
    shown === "" ? "" : text.code(shown, longest.text),
    labelled("Fix", text.markdown(fix, longest.text)),
  ]);
}

function testsText({ summary, cases, patch, command }: TestProposal, text: UntrustedText): string {
  const markdown = (part: string) => text.markdown(part, longest.text);
  return paragraphs([
    markdown(summary),
    section("Cases", cases, markdown),
    patch === null
      ? "No test is missing."
      : collapsed("Patch", text.code(patch, longest.patch, "diff")),
    command === null ? "" : `Run them by ${text.inlineCode(command)}`,
  ]);
}

/** Nothing in a text of a model ends it: what could is broken, or within a code block. */
function collapsed(title: string, content: string): string {
  return `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;
}

/** A text behind its label, or below it: a list or a block of code begins at a line of its own. */
function labelled(label: string, markdown: string): string {
  return `**${label}:**${markdown.includes("\n") ? "\n\n" : " "}${markdown}`;
}

/** A list with its title; nothing where it is empty. */
function section(
  title: string,
  items: readonly string[],
  markdown: (item: string) => string,
): string {
  if (items.length === 0) return "";
  // An item of several lines stays one.
  const lines = items.map((item) => `- ${markdown(item).trim().replaceAll("\n", "\n  ")}`);
  return `**${title}:**\n\n${lines.join("\n")}`;
}
