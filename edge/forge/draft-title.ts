/** Whether a title begins with one of the words that forges without a switch mark a draft by. */
export function isDraftTitle(title: string): boolean {
  return /^\s*(?:wip:|draft:|\[wip\]|\[draft\]|\(draft\))/i.test(title);
}
