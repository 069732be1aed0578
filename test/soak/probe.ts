// Loaded into a program before its own code: at SIGUSR2 it tells what the program holds.
import { readdirSync } from "node:fs";
import { Session } from "node:inspector";

const inspector = new Session();
inspector.connect();

process.on("SIGUSR2", () => {
  // With --expose-gc instead, Node could use nothing of what it compiled before.
  inspector.post("HeapProfiler.collectGarbage", () => {
    const timers = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const { heapUsed: heap, rss } = process.memoryUsage();
    const held = { heap, rss, files: readdirSync("/proc/self/fd").length, timers };
    process.stderr.write(`probe ${JSON.stringify(held)}\n`);
  });
});

// A full disk is an error of the write; what a limit on the size of files sends besides would kill.
process.on("SIGXFSZ", () => {});
