import { joint } from "./joint.ts";

/**
 * Markdown whose blocks of code all end within it: what stands below it is read as it is meant. One
 * that is still open at the end is closed, which takes a line more.
 */
export function closedBlocks(markdown: string): string {
  let open: string | undefined;
  const lines = markdown.split("\n").map((line) => {
    const [, indent = "", mark, rest = ""] = /^( {0,3})(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (mark === undefined) return line;
    if (open !== undefined) {
      if (mark.startsWith(open) && /^[ \t]*$/.test(rest)) open = undefined;
      return line;
    }
    if (mark.startsWith("`") && rest.includes("`")) return line;
    // A list that it stands in ends it, but where is one? Four blanks open a block in a list alone.
    if (indent !== "") return `    ${mark}${rest}`;
    if (mark.length > longestMark) return `${joint}${line}`;
    open = mark;
    return line;
  });
  return [...lines, ...(open === undefined ? [] : [open])].join("\n");
}

/** A longer one is taken for text: it would have to be repeated at the end. */
const longestMark = 10;
