/** The beginning of a text, no longer than so many UTF-16 units; an ellipsis says that more followed. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  // Not within a character of two units: a forge may refuse half of one.
  return `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
