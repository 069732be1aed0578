import type { Command } from "commander";
import type { Session } from "#shared/session.ts";
import { ago } from "../ago.ts";
import { type ApiFlags, openClient, withApi } from "../api-access.ts";
import { withLimit } from "../arguments.ts";
import { show } from "../output.ts";
import type { SettingsSource } from "../settings.ts";
import { table } from "../table.ts";

/** Adds `sessions`. */
export function addSessionsCommand(program: Command, source: () => SettingsSource): void {
  withLimit(withApi(program.command("sessions")))
    .description("list sessions, the most recently active first")
    .action(async ({ limit, ...flags }: ApiFlags & { limit?: number }) => {
      const client = await openClient(flags, source);
      const { sessions } = await client.listSessions({ limit });
      const text = table(
        ["SESSION", "PULL REQUEST", "STATE", "HOST", "PID", "MEMORY", "ACTIVE"],
        sessions.map(rowOf),
        "No sessions",
      );
      show({ data: { sessions }, text }, flags.json);
    });
}

function rowOf(session: Session): string[] {
  const { id, forge, owner, repository, number, state, active_at } = session;
  const { runner, pid, memory_bytes: memory } = session;
  return [
    id,
    `${forge} ${owner}/${repository}#${number}`,
    state,
    runner ?? "-",
    pid === null ? "-" : String(pid),
    memory === null ? "-" : `${Math.round(memory / 1024 ** 2)} MB`,
    ago(active_at),
  ];
}
