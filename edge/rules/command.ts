/** The commands that people can give in a comment. */
const commandNames = ["review", "ask", "analyze", "test", "cancel", "help"] as const;
/** One of them. */
type CommandName = (typeof commandNames)[number];

/** What a comment says to us. */
export type Parsed =
  | { readonly kind: "none" }
  /** `text` is what follows the command, as it is, or `""`. */
  | { readonly kind: "command"; readonly name: CommandName; readonly text: string }
  /** It has the form of a command; `word` is what it begins with, slash included. */
  | { readonly kind: "unknown"; readonly word: string };

/**
 * Reads the command in a comment: a slash and a word that begin the first line of the writer's own
 * text. Quoted lines and blocks of code before it are passed over, and never hold one.
 */
export function parseCommand(body: string): Parsed {
  const line = firstOwnLine(body);
  if (line === undefined) return { kind: "none" };
  const [, word = "", rest] = /^ {0,3}(\/[A-Za-z][A-Za-z0-9_-]{0,31})(?:[ \t]+(.*))?$/s.exec(
    line.text,
  ) ?? [undefined];
  if (word === "") return { kind: "none" };
  const name = commandNames.find((known) => `/${known}` === word.toLowerCase());
  if (name === undefined) return { kind: "unknown", word };
  const text = `${rest ?? ""}${body.slice(line.end)}`.trim();
  return { kind: "command", name, text };
}

/** A line, and where it ends in the text, its line break not included. */
interface Line {
  readonly text: string;
  readonly end: number;
}

function firstOwnLine(body: string): Line | undefined {
  let fence: string | undefined;
  // Until a blank line, what follows a quote belongs to it.
  let isQuote = false;
  for (const line of linesOf(body)) {
    const [, mark] = /^ {0,3}(`{3,}|~{3,})/.exec(line.text) ?? [];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) && line.text.trim() === mark) fence = undefined;
      continue;
    }
    if (line.text.trim() === "") {
      isQuote = false;
      continue;
    }
    if (/^ {0,3}>/.test(line.text)) isQuote = true;
    else if (mark !== undefined) {
      isQuote = false;
      fence = mark;
    } else if (!isQuote && !/^(?: {4}| {0,3}\t)/.test(line.text)) return line;
  }
  return undefined;
}

function* linesOf(body: string): Generator<Line> {
  for (const match of body.matchAll(/([^\r\n]*)(?:\r\n|\r|\n|$)/g)) {
    const [, text = ""] = match;
    yield { text, end: match.index + text.length };
    if (match.index + match[0].length >= body.length) return;
  }
}
