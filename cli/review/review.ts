import { readFile } from "node:fs/promises";
import { addAbortSignal } from "node:stream";
import { text as readAll } from "node:stream/consumers";
import { branchChange } from "#runner/local/branch-change.ts";
import { openLocalRepository } from "#runner/local/local-repository.ts";
import { patchChange } from "#runner/local/patch-change.ts";
import { headRef, knownPullRequest, pullRequestChange } from "#runner/local/pull-request-change.ts";
import { type LocalChange, reviewOnce } from "#runner/local/review-once.ts";
import type { Reviewed } from "#runner/publish/published-review.ts";
import type { FailOn } from "#runner/publish/verdict.ts";
import { publisher } from "#runner/settings.ts";
import type { Environment } from "#shared/config.ts";
import { CicdError, reasonOf } from "#shared/error.ts";
import type { JournalEvent } from "#shared/journal.ts";
import { Config } from "../config.ts";
import { exitCodes } from "../exit-code.ts";
import { operatorOf, runnerUrl } from "../operator.ts";
import { version } from "../version.ts";
import { reviewOnHost } from "./on-host.ts";
import { type Output, openOutput } from "./output.ts";
import { showProgress } from "./progress.ts";
import { emptyReport, type Report, reportOf } from "./report.ts";
import { reportSarif } from "./sarif.ts";
import { reportForTerminal } from "./text.ts";

/** Where the command works, and what it is told by. */
export interface ReviewSettings {
  readonly folder: string;
  readonly environment: Environment;
  readonly config: () => Promise<Config>;
  /** The configuration with the runner's secret, which has to be set. */
  readonly operatorConfig: () => Promise<Config>;
}

/** What it is told on its command line. */
export interface ReviewFlags {
  readonly diff?: string;
  readonly base?: string;
  readonly pr?: number;
  readonly trusted?: boolean;
  readonly async?: boolean;
  readonly runner?: string;
  readonly force?: boolean;
  readonly format: "text" | "json" | "sarif";
  readonly output?: string;
  readonly failOn?: FailOn;
}

/** Reviews and shows it; the exit code says what the gate does. */
export async function review(flags: ReviewFlags, settings: ReviewSettings): Promise<number> {
  const config = await (flags.async ? settings.operatorConfig() : settings.config());
  const stopped = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    if (stopped.signal.aborted) process.exit(interruptedBy(signal));
    stopped.abort(signal);
  };
  // Not once: execa ends the program by a signal that nobody else listens for, while git runs.
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    // Before anything is paid for.
    const { text, failOn } = publisher(config, settings.environment, Config);
    await using output = flags.output === undefined ? undefined : await openOutput(flags.output);
    const reviewed = await run(flags, { ...settings, config, signal: stopped.signal });
    const report =
      reviewed === undefined
        ? emptyReport
        : reportOf(reviewed, { text, failOn: flags.failOn ?? failOn });
    await show(report, flags, output);
    return report.state === "blocked" ? exitCodes.failure : exitCodes.ok;
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
    return interruptedBy(stopped.signal.reason);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

function interruptedBy(signal: unknown): number {
  return signal === "SIGTERM" ? exitCodes.terminated : exitCodes.interrupted;
}

interface Running extends Omit<ReviewSettings, "config"> {
  readonly config: Config;
  readonly signal: AbortSignal;
}

async function run(flags: ReviewFlags, running: Running): Promise<Reviewed | undefined> {
  const change = flags.async ? undefined : await changeOf(flags, running);
  using progress = showProgress(process.stderr);
  const onEvent = (event: JournalEvent) => progress.tell(event);
  if (change !== undefined) {
    return await reviewOnce(change, { ...running, isTrusted: flags.trusted ?? false, onEvent });
  }
  return await onHost(flags, { ...running, onEvent });
}

async function changeOf({ diff, base, pr }: ReviewFlags, running: Running): Promise<LocalChange> {
  const { folder, signal, config } = running;
  if (diff !== undefined) return patchChange(await readDiff(diff, signal), config);
  const repository = await openLocalRepository(folder, signal);
  return pr === undefined
    ? await branchChange(repository, base, running)
    : await pullRequestChange(repository, { number: pr, base }, { ...running, onUntold });
}

/** It is no reason not to review. */
function onUntold({ message }: CicdError): void {
  console.error(`Title, text and base of the pull request are not known: ${message}`);
}

async function readDiff(file: string, signal: AbortSignal): Promise<string> {
  if (file === "-") return await readAll(addAbortSignal(signal, process.stdin));
  try {
    return await readFile(file, { encoding: "utf8", signal });
  } catch (cause) {
    const why = reasonOf(cause);
    throw new CicdError("invalid_request", `Cannot read diff: ${why}`, { cause });
  }
}

async function onHost(
  { pr = 0, runner, force = false }: ReviewFlags,
  { config, folder, signal, onEvent }: Running & { onEvent: (event: JournalEvent) => void },
): Promise<Reviewed> {
  const repository = await openLocalRepository(folder, signal);
  const pullRequest = await knownPullRequest(repository, pr, config);
  const ref = headRef(pullRequest);
  const headSha = await repository.remoteRef(ref);
  if (headSha === undefined) {
    throw new CicdError("invalid_request", `Cannot find #${pr}: origin has no ${ref}`, {
      hint: "Check the number, and that you can fetch from origin",
    });
  }
  const url = runner ?? runnerUrl(config);
  const client = operatorOf({ ...config, runner_url: [url] });
  return await reviewOnHost(client, { pullRequest, headSha, force }, { signal, onEvent });
}

async function show(
  report: Report,
  { format, output: path }: ReviewFlags,
  output: Output | undefined,
): Promise<void> {
  const isColoured = output === undefined && process.stdout.isTTY && process.stdout.hasColors();
  const content =
    format === "text"
      ? reportForTerminal(report, isColoured)
      : JSON.stringify(format === "json" ? report : reportSarif(report, version), null, 2);
  if (output === undefined) {
    console.log(content);
    return;
  }
  await output.write(content);
  console.error(`${report.title}: see ${path}`);
}
