import type { Command } from "commander";
import type { DeadLetter } from "#shared/outbox.ts";
import { type ApiFlags, openClient, withApi } from "../api-access.ts";
import { show } from "../output.ts";
import type { SettingsSource } from "../settings.ts";
import { terminalText } from "../terminal-text.ts";

/** Adds `outbox list` and `outbox replay`, which ask a running edge with a token of scope admin. */
export function addOutboxCommands(program: Command, source: () => SettingsSource): void {
  const outbox = program
    .command("outbox")
    .description("deliveries that the runner refused time and again, and that the edge keeps");

  withApi(outbox.command("list"))
    .description("show them, and why they were refused")
    .action(async (flags: ApiFlags) => {
      const answer = await (await openClient(flags, source)).listUndelivered({});
      show({ data: answer, text: textOf(answer.dead) }, flags.json);
    });

  withApi(outbox.command("replay"))
    .description("hand one to the runner again, or with --all every one")
    .argument("[delivery-id]", "the forge's id of it")
    .option("--all", "all of them")
    .action(async (id: string | undefined, flags: ApiFlags & { all?: boolean }, self: Command) => {
      if ((id === undefined) === (flags.all !== true)) {
        self.error("error: say which delivery, or --all");
      }
      const client = await openClient(flags, source);
      const answer = await (id === undefined
        ? client.replayAllUndelivered({})
        : client.replayUndelivered({ delivery_id: id }));
      const text = `${answer.replayed} on the way to the runner again`;
      show({ data: answer, text }, flags.json);
    });
}

function textOf(dead: readonly DeadLetter[]): string {
  if (dead.length === 0) return "No dead letters";
  const lines = dead.map(({ dead_at, forge, delivery_id, kind, error }) => {
    const hint = error.hint === undefined ? "" : `\n  ${error.hint}`;
    return `${dead_at}  ${forge}  ${delivery_id}  ${kind}\n  ${error.message}${hint}`;
  });
  return terminalText(lines.join("\n"));
}
