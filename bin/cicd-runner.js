#!/usr/bin/env node
// JavaScript, and the same in a checkout and in the package of npm: the nearest package.json leads to
// the program's TypeScript in the one, and to what was built of it in the other.
import "#cli/main.ts";
