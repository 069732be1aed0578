// Prints what a process and everything below it takes, in bytes, as a user without rights sees it:
// `node measure.ts <pid>`.
import { memoryOf } from "#runner/resilience/memory.ts";

// Only now: this user may not be able to read the sources.
if (process.getuid?.() === 0) process.setuid?.(65_534);
process.stdout.write(String(await memoryOf(Number(process.argv[2]))));
