import type { Redact } from "./redact.ts";

/** Turns what a model has written into text that does nothing on a page but stand there. */
export interface UntrustedText {
  /** As Markdown that notifies nobody, loads nothing, hides nothing and commands nothing. */
  markdown(text: string, longest: number): string;
  /** As it is, but for secrets and what can't be seen: for terminals and files. */
  verbatim(text: string): string;
  /** On one line, for places that show no Markdown. */
  plain(text: string, longest: number): string;
  /** In a code block that it can't end; `language` is what its lines are coloured by. */
  code(text: string, longest: number, language?: "diff"): string;
  /** Within a line, as code. */
  inlineCode(text: string): string;
}

/** Breaks the forms below without being seen. */
const joint = "\u200b";

/** Makes texts harmless; secrets are taken out first. */
export function untrustedText(redact: Redact): UntrustedText {
  const clean = (text: string) => redact(withoutInvisible(text));
  return {
    markdown: (text, longest) => cut(inert(clean(text)), longest),
    verbatim: clean,
    plain: (text, longest) => cut(clean(text).replaceAll(/\s+/g, " ").trim(), longest),
    code: (text, longest, language) => {
      const content = cut(clean(text), longest);
      const fence = "`".repeat(Math.max(3, longestRun(content) + 1));
      return `${fence}${language ?? ""}\n${content.replace(/\n$/, "")}\n${fence}`;
    },
    inlineCode: (text) => {
      const content = clean(text).replaceAll(/[`\s|]+/g, " ");
      return `\`${cut(content, longestName)}\``;
    },
  };
}

const longestName = 300;

/** Control and direction characters, and those of no width: they hide text, and secrets in pieces. */
function withoutInvisible(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029]/gu, "");
}

function inert(text: string): string {
  return (
    text
      // Mentions, references to other issues, images, HTML with its comments.
      .replaceAll(/@(?=[\p{L}\p{N}_-])/gu, `@${joint}`)
      .replaceAll(/([#!])(?=\d)/g, `$1${joint}`)
      .replaceAll(/!(?=\[)/g, `!${joint}`)
      .replaceAll(/<(?=[a-z!/?])/gi, `<${joint}`)
      // What GitLab takes for commands.
      .replaceAll(/^([^\S\n]*)\/(?=\w)/gm, `$1${joint}/`)
  );
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  // Not within a character of two units.
  return `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
