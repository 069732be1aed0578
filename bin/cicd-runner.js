#!/usr/bin/env node
// JavaScript, and the same in a checkout and in the package of npm: the nearest package.json leads to
// the program's TypeScript in the one, and to what was built of it in the other. An older Node can't
// even parse that, so it is imported behind a look at the version.
const needed = 24;
const { node } = process.versions;
if (Number.parseInt(node, 10) < needed) {
  console.error(`Cannot run: Node ${node} is too old\nInstall Node ${needed} or later`);
  process.exit(1);
}
await import("#cli/main.ts");
