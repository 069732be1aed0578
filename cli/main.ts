#!/usr/bin/env node
import { Command, Option } from "commander";
import type { Logger } from "pino";
import { connectRunner } from "#edge/connect-runner.ts";
import { type Host, startHost } from "#runner/host.ts";
import { CicdError } from "#shared/error.ts";
import type { Config } from "./config.ts";
import { configFileName } from "./config-file.ts";
import { startEdge } from "./edge-server.ts";
import { exitCodeOf, exitCodes } from "./exit-code.ts";
import { createLog } from "./log.ts";
import { type DeadLetterFlags, drain, replayAll, replayOne, showDeadLetters } from "./operate.ts";
import { addOutboxCommands } from "./outbox-command.ts";
import { configuredEdge, readServeSettings, readSettings } from "./settings.ts";
import { showSkills } from "./skills.ts";
import { passedDescriptors } from "./systemd/passed-descriptors.ts";
import { openService, type Service } from "./systemd/service.ts";
import { createToken } from "./token.ts";
import { untilStopped } from "./until-stopped.ts";
import { version } from "./version.ts";

/** How long open requests may take at the end, in milliseconds. */
const requestPatience = 5000;
/** An interrupt, the end of input, SIGTERM and SIGKILL. */
const endingSteps = 4;
/** What a service manager passed to this program. */
const descriptors = passedDescriptors(process.env);

const program = new Command("cicd-runner")
  .description("Self-hosted AI code review: a webhook in, a review out, through warm CLI processes")
  .version(version)
  .option("-c, --config <file>", `configuration; default: the nearest ${configFileName} upwards`)
  .showHelpAfterError("(see --help)")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage));

program
  .command("serve", { isDefault: true })
  .description("run edge and runner in one program")
  .action(async () => {
    const config = await readServeSettings(source());
    const log = createLog(config, process.env);
    await untilStopped(serviceOf(log), async () => {
      const host = await start(config, log);
      const edgeConfig = { ...config, runner_url: [host.url] };
      const descriptor = descriptors.get("edge");
      const edge = await startEdge({
        config: edgeConfig,
        log,
        descriptor,
        fetch: host.fetch,
      }).catch(async (error) => {
        await host.stop();
        throw error;
      });
      return {
        url: edge.url,
        patience: hostPatience(config) + requestPatience,
        stop: async () => {
          await host.stop();
          await edge.close(requestPatience);
        },
      };
    });
  });

program
  .command("runner")
  .description("run the runner alone: queue, sessions and CLI processes")
  .action(async () => {
    const config = await readSettings(source());
    const log = createLog(config, process.env);
    await untilStopped(serviceOf(log), async () => {
      const host = await start(config, log);
      return { url: host.url, patience: hostPatience(config), stop: () => host.stop() };
    });
  });

program
  .command("edge")
  .description("run the edge alone: webhooks and the public API, for a runner elsewhere")
  .action(async () => {
    const config = await readSettings(source());
    const log = createLog(config, process.env);
    await untilStopped(serviceOf(log), async () => {
      const edge = await startEdge({ config, log, descriptor: descriptors.get("edge") });
      return {
        url: edge.url,
        patience: requestPatience,
        stop: () => edge.close(requestPatience),
      };
    });
  });

program
  .command("token")
  .description("make an API token, and the line of edge.api_tokens that lets it in")
  .addOption(
    new Option("-s, --scope <scope>", "what it may do; each includes the ones before it")
      .choices(["read", "write", "admin"])
      .default("read"),
  )
  .action(({ scope }: { scope: string }) => {
    const { token, entry } = createToken(scope);
    console.log(`Token, shown only now: ${token}\nEntry of edge.api_tokens:  ${entry}`);
  });

program
  .command("skills")
  .description("list the skills that reviews and other tasks go by")
  .option("--json", "print data")
  .action(async ({ json }: JsonFlag) => {
    show(await showSkills(await readServeSettings(source())), json);
  });

program
  .command("drain")
  .description("let a running runner take no more tasks, and those that run end")
  .option("--runner <url>", "default: the runner of this configuration")
  .option("--wait", "until nothing runs there")
  .option("--json", "print data")
  .action(async ({ runner, wait = false, json }: DrainFlags) => {
    const config = await readSettings(source());
    const { host, port } = config.runner;
    const url = runner ?? `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
    show(await drain(operatorOf({ ...config, runner_url: [url] }), wait), json);
  });

withFilter(program.command("dead-letters"))
  .description("list tasks that failed and were not replayed")
  .action(async ({ json, ...filter }: DeadLetterFlags & JsonFlag) => {
    show(await showDeadLetters(operatorOf(await readSettings(source())), filter), json);
  });

withFilter(program.command("replay"))
  .description("queue tasks that failed again: one, or with --all those that pass a filter")
  .argument("[task]", "its id")
  .option("--all", "those that pass the filter, all without one")
  .action(
    async (task: string | undefined, flags: DeadLetterFlags & JsonFlag & { all?: boolean }) => {
      const { json, all = false, ...filter } = flags;
      if (all === (task !== undefined)) program.error("error: give the id of a task, or --all");
      const runner = operatorOf(await readSettings(source()));
      show(await (task === undefined ? replayAll(runner, filter) : replayOne(runner, task)), json);
    },
  );

addOutboxCommands(program, async (url) => ({
  url: url ?? (await configuredEdge(source())),
  token: process.env.CICD_RUNNER_TOKEN,
}));

try {
  await program.parseAsync();
} catch (thrown) {
  const error = CicdError.from(thrown);
  console.error(`${error.message}${error.hint === undefined ? "" : `\n${error.hint}`}`);
  if (error.code === "internal") console.error(error.stack);
  // Whatever still listens must not keep a failed program alive.
  process.exit(exitCodeOf(error.category));
}

/** The runners of a configuration, asked by who has their secret. */
function operatorOf(config: Config) {
  const fetch = globalThis.fetch;
  return connectRunner(config, { now: Date.now, fetch });
}

function withFilter(command: Command): Command {
  return command
    .option("--code <code>", "that failed with this code")
    .option("--repository <owner/name>", "of this repository, on any forge")
    .option("--since <time>", "that failed then or later: 2026-01-31T12:00:00Z")
    .option("--limit <number>", "so many, at most 500")
    .option("--json", "print data");
}

function show({ data, text }: { data: unknown; text: string }, json = false): void {
  console.log(json ? JSON.stringify(data, null, 2) : text);
}

interface JsonFlag {
  readonly json?: boolean;
}

interface DrainFlags extends JsonFlag {
  readonly runner?: string;
  readonly wait?: boolean;
}

function source() {
  const { config } = program.opts<{ config?: string }>();
  return { file: config, folder: process.cwd(), environment: process.env };
}

function start(config: Config, log: Logger): Promise<Host> {
  const descriptor = descriptors.get("runner");
  return startHost({ config, environment: process.env, log, version, descriptor });
}

function serviceOf(log: Logger): Service {
  return openService({
    environment: process.env,
    onError: (error) => log.error({ component: "systemd", event: "error", err: error }),
  });
}

/** How long a runner may take to stop, in milliseconds: turns, then each step of ending processes. */
function hostPatience({ async: limits }: Config): number {
  return limits.graceful_shutdown_timeout + endingSteps * limits.force_kill_timeout;
}
