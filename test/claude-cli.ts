/** The real Claude Code CLI that the project pins. */
export const claudeCli = new URL("../node_modules/.bin/claude", import.meta.url).pathname;
