import type { Command } from "commander";
import type { SettingsSource } from "../settings.ts";

/** Adds `serve`, `runner` and `edge`, which run until they are stopped. */
export function addServeCommands(program: Command, source: () => SettingsSource): void {
  program
    .command("serve", { isDefault: true })
    .description("run edge and runner in one program")
    .action(async () => await (await services()).runServe(source));
  program
    .command("runner")
    .description("run the runner alone: queue, sessions and CLI processes")
    .action(async () => await (await services()).runRunner(source));
  program
    .command("edge")
    .description("run the edge alone: webhooks and the public API, for a runner elsewhere")
    .action(async () => await (await services()).runEdge(source));
}

/** Loaded only now: all other commands are there sooner without. */
async function services() {
  return await import("../run.ts");
}
