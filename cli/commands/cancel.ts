import type { Command } from "commander";
import { type ApiFlags, openClient, withApi } from "../api-access.ts";
import { taskArgument } from "../arguments.ts";
import { show } from "../output.ts";
import type { SettingsSource } from "../settings.ts";

const words = {
  removed: "is taken out of the queue",
  signalled: "is being ended: `cicd-runner attach` shows when it has",
  ended: "had ended before",
};

/** Adds `cancel`. */
export function addCancelCommand(program: Command, source: () => SettingsSource): void {
  withApi(program.command("cancel"))
    .description("end a task that waits or runs")
    .addArgument(taskArgument())
    .action(async (id: string, flags: ApiFlags) => {
      const client = await openClient(flags, source);
      const answer = await client.cancelTask({ id });
      show({ data: answer, text: `Task ${id} ${words[answer.outcome]}` }, flags.json);
    });
}
