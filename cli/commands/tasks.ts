import { type Command, InvalidArgumentError, Option } from "commander";
import type { Client } from "#client/client.ts";
import { CicdError } from "#shared/error.ts";
import { type Task, TaskState } from "#shared/task.ts";
import { ago } from "../ago.ts";
import { type ApiFlags, openClient, withApi } from "../api-access.ts";
import { idFrom, withLimit } from "../arguments.ts";
import { show } from "../output.ts";
import type { SettingsSource } from "../settings.ts";
import { table } from "../table.ts";
import { terminalLine } from "../terminal-text.ts";

/** How long a title or a message may be, in characters. */
const room = 60;
/** How many sessions are looked through for a pull request. */
const sessionLimit = 500;

interface TaskFlags extends ApiFlags {
  readonly state?: TaskState;
  readonly session?: string;
  readonly pr?: PullRequest;
  readonly limit?: number;
}

interface PullRequest {
  /** `owner/name`, in small letters. */
  readonly repository: string;
  readonly number: number;
}

/** Adds `tasks`. */
export function addTasksCommand(program: Command, source: () => SettingsSource): void {
  withLimit(withApi(program.command("tasks")))
    .description("list tasks, the newest first")
    .addOption(new Option("--state <state>", "in this state").choices(TaskState.options))
    .addOption(new Option("--session <id>", "of this session").conflicts("pr").argParser(idFrom))
    .option("--pr <owner/name#number>", "of this pull request, on any forge", pullRequestFrom)
    .action(async ({ state, session, pr, limit, ...flags }: TaskFlags) => {
      const client = await openClient(flags, source);
      const session_id = pr === undefined ? session : await sessionOf(pr, client);
      const { tasks } = await client.listTasks({ session_id, state, limit });
      const text = table(
        ["TASK", "KIND", "STATE", "PULL REQUEST", "CREATED", ""],
        tasks.map(rowOf),
        "No tasks",
      );
      show({ data: { tasks }, text }, flags.json);
    });
}

function rowOf({ id, kind, state, event, created_at, error }: Task): string[] {
  const { repository, pull_request } = event;
  const where = `${repository.owner}/${repository.name}#${pull_request.number}`;
  const what = error === null ? "" : terminalLine(`${error.code}: ${error.message}`, room);
  return [id, kind, state, where, ago(created_at), what];
}

function pullRequestFrom(text: string): PullRequest {
  const [, repository, number] = /^([^#\s]+\/[^#\s]+)#(\d{1,9})$/.exec(text) ?? [];
  if (repository === undefined) throw new InvalidArgumentError("Must be like mona/shop#7.");
  return { repository: repository.toLowerCase(), number: Number(number) };
}

async function sessionOf({ repository, number }: PullRequest, client: Client): Promise<string> {
  const { sessions } = await client.listSessions({ limit: sessionLimit });
  const found = sessions.filter(
    (one) => one.number === number && `${one.owner}/${one.repository}`.toLowerCase() === repository,
  );
  const [first, second] = found;
  if (first === undefined) {
    const message = `Cannot find session of ${repository}#${number}: none of the last ${sessionLimit}`;
    throw new CicdError("not_found", message, { hint: "List them with `cicd-runner sessions`" });
  }
  if (second === undefined) return first.id;
  const hosts = found.map(({ id, forge, host }) => `${id} on ${forge} ${host}`).join(", ");
  throw new CicdError("invalid_request", `Cannot tell which is meant: ${hosts}`, {
    hint: "Say which by --session",
  });
}
