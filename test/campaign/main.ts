/**
 * Lets a forge deliver to edges and runners that are killed all the time, and holds them to what
 * they promise: `npm run campaign -- [--hosts N] [--store sqlite|postgres]
 * [--deliveries N] [--sessions N] [--kill-every MS] [--seed TEXT]`. One host has SQLite unless told.
 */
import { parseArgs } from "node:util";
import { campaign } from "./campaign.ts";

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "1" },
    store: { type: "string" },
    deliveries: { type: "string", default: "1000" },
    sessions: { type: "string", default: "60" },
    "kill-every": { type: "string", default: "4000" },
    seed: { type: "string", default: String(Date.now()) },
  },
});

try {
  const hosts = Number(values.hosts);
  const report = await campaign({
    hosts,
    store: values.store === "postgres" || hosts > 1 ? "postgres" : "sqlite",
    deliveries: Number(values.deliveries),
    sessions: Number(values.sessions),
    seed: values.seed,
    killEvery: Number(values["kill-every"]),
    onProgress: (taken) => {
      const every = process.stderr.isTTY ? 1 : 100;
      const end = process.stderr.isTTY ? "\r" : "\n";
      if (taken % every === 0) process.stderr.write(`${taken} of ${values.deliveries} taken${end}`);
    },
  });
  console.log(JSON.stringify(report, null, 2));
  if (report.problems.length > 0) process.exitCode = 1;
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
const flags = Object.entries(values).map(([name, value]) => `--${name} ${value}`);
if (process.exitCode === 1) {
  console.error(`Campaign failed; to repeat it: npm run campaign -- ${flags.join(" ")}`);
}
