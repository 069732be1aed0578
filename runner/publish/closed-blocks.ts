import { joint } from "./joint.ts";

/**
 * Markdown whose blocks of code all end within it: what stands below it is read as it is meant. One
 * that is still open at the end is closed, which takes a line more.
 */
export function closedBlocks(markdown: string): string {
  let open: string | undefined;
  let moved: Moved | undefined;
  const lines = markdown.split("\n").map((line) => {
    if (moved !== undefined) {
      const [, end = ""] = /^ {1,6}(`{3,}|~{3,})[ \t]*$/.exec(line) ?? [];
      if (end.startsWith(moved.mark)) {
        moved = undefined;
        return `    ${end}`;
      }
      // Without a blank, a line ends the list.
      if (/^[^ \t]/.test(line)) moved = undefined;
    }
    const [, indent = "", mark, rest = ""] = /^( {0,3})(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (mark === undefined) return moved === undefined ? line : movedLine(line, moved);
    if (open !== undefined) {
      if (mark.startsWith(open) && /^[ \t]*$/.test(rest)) open = undefined;
      return line;
    }
    if (mark.startsWith("`") && rest.includes("`")) return line;
    if (indent !== "") {
      // A list that it stands in ends it, but where is one? Four blanks open a block in a list alone.
      moved ??= { mark, indent };
      return `    ${mark}${rest}`;
    }
    if (mark.length > longestMark) return `${joint}${line}`;
    open = mark;
    return line;
  });
  return [...lines, ...(open === undefined ? [] : [open])].join("\n");
}

/** A block whose lines keep their distance from its mark, which stands further right now. */
interface Moved {
  readonly mark: string;
  /** Where the mark was: one to three blanks. */
  readonly indent: string;
}

function movedLine(line: string, { indent }: Moved): string {
  return line.startsWith(indent) ? `${" ".repeat(4 - indent.length)}${line}` : line;
}

/** A longer one is taken for text: it would have to be repeated at the end. */
const longestMark = 10;
