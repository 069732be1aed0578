import { type Command, Option } from "commander";
import type * as z from "zod";
import { CicdError } from "#shared/error.ts";
import { type DeadLetter, DeadLetterList, ReplayAnswer } from "#shared/outbox.ts";
import { Problem } from "#shared/problem.ts";

/** Which edge is spoken to, and as whom. */
export interface EdgeAccess {
  /** Origin of the edge. */
  readonly url: string;
  /** Of scope admin. */
  readonly token: string | undefined;
}

/**
 * Adds `outbox list` and `outbox replay`, which ask a running edge. `access` is asked when one runs,
 * with what `--url` says.
 */
export function addOutboxCommands(
  program: Command,
  access: (url: string | undefined) => Promise<EdgeAccess>,
): void {
  const outbox = program
    .command("outbox")
    .description("deliveries that the runner refused time and again, and that the edge keeps");
  const url = () => new Option("--url <origin>", "where the edge is; default: as configured");
  const json = () => new Option("--json", "answer in JSON");

  outbox
    .command("list")
    .description("show them, and why they were refused")
    .addOption(url())
    .addOption(json())
    .action(async (options: ListOptions) => {
      const answer = await ask(await access(options.url), "GET", "", DeadLetterList);
      if (options.json === true) console.log(JSON.stringify(answer));
      else console.log(tableOf(answer.dead));
    });

  outbox
    .command("replay [delivery-id]")
    .description("hand one to the runner again, or with --all every one")
    .option("--all", "all of them")
    .addOption(url())
    .addOption(json())
    .action(async (id: string | undefined, options: ReplayOptions, command: Command) => {
      if ((id === undefined) === (options.all !== true)) {
        command.error("error: say which delivery, or --all");
      }
      const path = id === undefined ? "/replay" : `/${encodeURIComponent(id)}/replay`;
      const answer = await ask(await access(options.url), "POST", path, ReplayAnswer);
      if (options.json === true) console.log(JSON.stringify(answer));
      else console.log(`${answer.replayed} on the way to the runner again`);
    });
}

interface ListOptions {
  readonly url?: string;
  readonly json?: boolean;
}

interface ReplayOptions extends ListOptions {
  readonly all?: boolean;
}

async function ask<S extends z.ZodType>(
  { url, token }: EdgeAccess,
  method: "GET" | "POST",
  path: string,
  schema: S,
): Promise<z.output<S>> {
  if (token === undefined || token === "") {
    throw new CicdError("config_invalid", "Cannot ask edge: CICD_RUNNER_TOKEN is not set", {
      hint: "Make a token with `cicd-runner token --scope admin`",
    });
  }
  const target = new URL(`/v1/outbox/dead${path}`, url).href;
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(target, { method, headers }).catch((cause) => {
    throw new CicdError("runner_unavailable", `Cannot reach edge: ${url}`, {
      cause,
      hint: "Is it up, and is --url right?",
    });
  });
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = schema.safeParse(body);
  if (response.ok && parsed.success) return parsed.data;
  const { data: problem } = Problem.safeParse(body);
  const detail = problem?.detail ?? `unexpected answer ${response.status} of ${target}`;
  const hint = problem?.hint === undefined ? {} : { hint: problem.hint };
  throw new CicdError("invalid_request", `Edge: ${detail}`, hint);
}

function tableOf(dead: readonly DeadLetter[]): string {
  if (dead.length === 0) return "No dead letters";
  return dead
    .map(({ dead_at, forge, delivery_id, kind, error }) => {
      const hint = error.hint === undefined ? "" : `\n  ${error.hint}`;
      return `${dead_at}  ${forge}  ${delivery_id}  ${kind}\n  ${error.message}${hint}`;
    })
    .join("\n");
}
