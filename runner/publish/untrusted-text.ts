import { closedBlocks } from "./closed-blocks.ts";
import { cut } from "./cut.ts";
import { joint } from "./joint.ts";
import type { Redact } from "./redact.ts";

/** Turns what a model has written into text that does nothing on a page but stand there. */
export interface UntrustedText {
  /**
   * As Markdown that notifies nobody, loads nothing, hides nothing and commands nothing. The line that
   * ends a block of code comes on top of `longest`.
   */
  markdown(text: string, longest: number): string;
  /** As it is, but for secrets and what can't be seen: for terminals and files. */
  verbatim(text: string): string;
  /** On one line, for places that show no Markdown. */
  plain(text: string, longest: number): string;
  /** In a code block that it can't end; `language` is what its lines are coloured by. */
  code(text: string, longest: number, language?: "diff" | "text"): string;
  /** Within a line, as code. */
  inlineCode(text: string): string;
}

/** Makes texts harmless; secrets are taken out first. */
export function untrustedText(redact: Redact): UntrustedText {
  const clean = (text: string) => redact(withoutInvisible(text));
  return {
    // Cut within a block, it is open again.
    markdown: (text, longest) => closedBlocks(cut(closedBlocks(inert(clean(text))), longest)),
    verbatim: clean,
    plain: (text, longest) => cut(clean(text).replaceAll(/\s+/g, " ").trim(), longest),
    code: (text, longest, language = "text") => {
      const content = withoutCommands(cut(clean(text), longest));
      const fence = "`".repeat(Math.max(3, longestRun(content) + 1));
      // Behind a fence that has a name, no block above can end here.
      return `${fence}${language}\n${content.replace(/\n$/, "")}\n${fence}`;
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
  return text
    .toWellFormed()
    .replaceAll("\r\n", "\n")
    .replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029]/gu, "");
}

function inert(text: string): string {
  return (
    text
      // Characters in disguise, of which all below could be made.
      .replaceAll(/&(?=#?[a-z0-9]+;)/gi, `&${joint}`)
      // Mentions, references to other issues, images, HTML with its comments.
      .replaceAll(/@(?=[\p{L}\p{N}_-])/gu, `@${joint}`)
      .replaceAll(/([#!])(?=\d)/g, `$1${joint}`)
      // Not 2>&1, which people copy into a shell.
      .replaceAll(/(?<![<>])&(?=\d)|&(?=\d\d)/g, `&${joint}`)
      .replaceAll(/\b(G[HL]-)(?=\d)/gi, `$1${joint}`)
      .replaceAll(/!(?=\[)/g, `!${joint}`)
      .replaceAll(/<(?=[a-z!/?])/gi, `<${joint}`)
      // What GitLab takes for commands, and for the edge of a quote that holds all up to the next.
      .replaceAll(/^([^\S\n]*)\/(?=\w)/gm, `$1${joint}/`)
      .replaceAll(/^([^\S\n]*)>(?=>{2,}[^\S\n]*$)/gm, `$1>${joint}`)
  );
}

/** Programs that are given commands in comments often don't ask whether one is within code. */
function withoutCommands(code: string): string {
  return code.replaceAll(/^\/(?=[\w-]+(?:\s|$))/gm, `${joint}/`);
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
