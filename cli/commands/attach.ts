import type { Command } from "commander";
import { CicdError } from "#shared/error.ts";
import { isTerminalType, type JournalEntry } from "#shared/journal.ts";
import { type ApiFlags, openClient, withApi } from "../api-access.ts";
import { taskArgument } from "../arguments.ts";
import { exitCodes } from "../exit-code.ts";
import { createScreen, reviewForTerminal } from "../screen.ts";
import type { SettingsSource } from "../settings.ts";
import { terminalText } from "../terminal-text.ts";

/** Adds `attach`. */
export function addAttachCommand(program: Command, source: () => SettingsSource): void {
  withApi(program.command("attach"))
    .description("follow a task to its end; exit 0 when it succeeded, else 1")
    .addArgument(taskArgument())
    .action(async (id: string, flags: ApiFlags) => {
      const client = await openClient(flags, source);
      const screen = createScreen();
      const display = (entry: JournalEntry) => {
        if (flags.json) console.log(JSON.stringify(entry));
        else screen.entry(entry);
      };
      const onResync = () =>
        console.error("The journal does not reach to here any more: it begins again");
      let last: JournalEntry | undefined;
      let isAway = false;
      // Once for each break, whose attempts go on for minutes.
      const onRetry = ({ message }: CicdError) => {
        screen.settle();
        if (!isAway) console.error(`${message}; trying again`);
        isAway = true;
      };
      for await (const entry of client.followTask(id, { onResync, onRetry })) {
        isAway = false;
        display(entry);
        last = entry;
      }
      screen.settle();
      if (last === undefined || !isTerminalType(last.type)) throw noEnd(id);
      if (!flags.json) console.log(endOf(last));
      process.exitCode = last.type === "task.succeeded" ? exitCodes.ok : exitCodes.failure;
    });
}

function endOf(entry: JournalEntry): string {
  switch (entry.type) {
    case "task.succeeded":
      return resultText(entry.data.result);
    case "task.failed": {
      const { code, message, hint } = entry.data.error;
      return terminalText(`${code}: ${message}${hint === undefined ? "" : `\n${hint}`}`);
    }
    case "task.cancelled":
      return terminalText(entry.data.reason);
    case "task.superseded":
      return `A later task is in its place: ${entry.data.by}`;
    default:
      return "";
  }
}

function resultText(
  result: Extract<JournalEntry, { type: "task.succeeded" }>["data"]["result"],
): string {
  switch (result.kind) {
    case "review":
      return reviewForTerminal(result.review);
    case "answer":
      return terminalText(result.text);
    case "none":
      return terminalText(result.reason);
    case "close":
      return "The session is closed.";
  }
}

function noEnd(id: string): CicdError {
  return new CicdError("not_found", `Cannot follow task ${id}: its journal has ended`, {
    hint: "The task ended long ago: see `cicd-runner tasks`",
  });
}
