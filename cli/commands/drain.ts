import type { Command } from "commander";
import { runnerUrlFrom } from "../arguments.ts";
import { drain } from "../drain.ts";
import { operatorOf, runnerUrl } from "../operator.ts";
import { show } from "../output.ts";
import { readSettings, type SettingsSource } from "../settings.ts";

/** Adds `drain`. */
export function addDrainCommand(program: Command, source: () => SettingsSource): void {
  program
    .command("drain")
    .description("let a running runner take no more tasks, and those that run end")
    .option("--runner <url>", "default: the runner of this configuration", runnerUrlFrom)
    .option("--wait", "until nothing runs there")
    .option("--json", "print data")
    .action(async ({ runner, wait = false, json }: DrainFlags) => {
      const config = await readSettings(source());
      const url = runner ?? runnerUrl(config);
      show(await drain(operatorOf({ ...config, runner_url: [url] }), wait), json);
    });
}

interface DrainFlags {
  readonly runner?: string;
  readonly wait?: boolean;
  readonly json?: boolean;
}
