import { styleText } from "node:util";
import type { Command } from "commander";
import type { EdgeHealth, Health } from "#shared/api.ts";
import type { Host } from "#shared/host.ts";
import type { Session } from "#shared/session.ts";
import { ago, inWords } from "../ago.ts";
import { type ApiFlags, edgeOrigin, openClient, withApi } from "../api-access.ts";
import { edgeHealth } from "../edge-health.ts";
import { exitCodes } from "../exit-code.ts";
import { show } from "../output.ts";
import type { SettingsSource } from "../settings.ts";
import { table } from "../table.ts";

/** How long the edge may take to say how it is, in milliseconds. */
const patience = 10_000;

/** Adds `status`. */
export function addStatusCommand(program: Command, source: () => SettingsSource): void {
  withApi(program.command("status"))
    .description("show how edge, runner, queue, sessions and hosts are; exit 1 when it is bad")
    .action(async (flags: ApiFlags) => {
      const origin = await edgeOrigin(flags, source);
      const client = await openClient({ ...flags, url: origin }, source);
      const edge = await edgeHealth(origin, AbortSignal.timeout(patience));
      const isThere = edge.runner !== "unreachable";
      const [runner, hosts, sessions] = isThere
        ? await Promise.all([
            client.getRunnerHealth({}),
            client.listHosts({}),
            client.listSessions({ limit: 500 }),
          ])
        : [];
      const status: Status = {
        edge,
        runner: runner ?? null,
        hosts: hosts?.hosts ?? [],
        sessions: countsOf(sessions?.sessions ?? []),
      };
      show({ data: status, text: textOf(origin, status) }, flags.json);
      const isBad = !isThere || edge.runner === "unhealthy";
      process.exitCode = isBad ? exitCodes.failure : exitCodes.ok;
    });
}

interface Status {
  readonly edge: EdgeHealth;
  /** Null when none answers. */
  readonly runner: Health | null;
  readonly hosts: readonly Host[];
  /** How many are in each state, of the 500 that were active last. */
  readonly sessions: Readonly<Partial<Record<Session["state"], number>>>;
}

function countsOf(sessions: readonly Session[]): Status["sessions"] {
  const counts: Partial<Record<Session["state"], number>> = {};
  for (const { state } of sessions) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

const colours = {
  healthy: "green",
  degraded: "yellow",
  unhealthy: "red",
  unreachable: "red",
} as const;

function textOf(origin: string, { edge, runner, hosts, sessions }: Status): string {
  const word = (state: keyof typeof colours) => styleText(colours[state], state);
  const { outbox } = edge;
  const lines = [
    `Edge      ${word(edge.status)}, ${origin}; outbox: ${outbox.depth ?? "?"} waiting, ${outbox.dead} dead`,
    `Runner    ${word(edge.runner)}${runner === null ? "" : `, ${ofRunner(runner)}`}`,
  ];
  if (runner === null) return lines.join("\n");
  const oldest = runner.oldest_queued_seconds;
  const since = oldest === null ? "" : `, the oldest for ${inWords(oldest)}`;
  const counts = Object.entries(sessions).map(([state, count]) => `${count} ${state}`);
  return [
    ...lines,
    ...runner.problems.map((problem) => `          ${problem}`),
    `Queue     ${runner.queue_depth} waiting${since}; ${runner.running} running`,
    `Sessions  ${counts.length === 0 ? "none" : counts.join(", ")}`,
    "",
    table(
      ["HOST", "STATE", "RUNNING", "PROCESSES", "MEMORY", "SEEN"],
      hosts.map(({ name, state, load, seen_at }) => [
        name,
        state,
        `${load.running} of ${load.capacity}`,
        String(load.sessions),
        `${Math.round(load.memory_bytes / 1024 ** 2)} MB`,
        ago(seen_at),
      ]),
      "No hosts",
    ),
  ].join("\n");
}

function ofRunner({ version, uptime_seconds, degradation_level, breaker }: Health): string {
  const up = `up for ${inWords(uptime_seconds)}`;
  return `version ${version}, ${up}, level ${degradation_level}, breaker ${breaker}`;
}
