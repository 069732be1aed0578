import { CicdError } from "#shared/error.ts";
import type { Forge } from "#shared/event.ts";
import type { Task, TaskResult } from "#shared/task.ts";
import type { People } from "./authorize.ts";
import type { WorkContext } from "./dispatch/run-attempt.ts";
import { writtenText } from "./publish/texts.ts";
import type { UntrustedText } from "./publish/untrusted-text.ts";
import type { Store } from "./store/store.ts";
import { type Subject, subjectOf } from "./subject.ts";
import { type PushOptions, pushPatch } from "./workspace/push-patch.ts";

/** What putting tests on a branch needs. */
export interface WriteOptions extends Pick<PushOptions, "mirrors" | "git"> {
  /** Whether the operator lets tests be put on branches. */
  readonly mayWriteTests: boolean;
  readonly testPaths: readonly string[];
  readonly people: People;
  readonly store: Pick<Store, "tasks">;
  readonly text: UntrustedText;
}

/** What somebody says after `/test` who wants the tests on a branch; it may be `""`. */
export function wishToWrite({ kind, message }: Pick<Task, "kind" | "message">): string | undefined {
  if (kind !== "test" || message === null || !/^--write(?:\s|$)/.test(message)) return undefined;
  return message.slice("--write".length).trim();
}

/**
 * Lets tests be written where all agree: the operator, the forge about whoever asks, and the pull
 * request by not being from a fork.
 * @throws CicdError `forbidden`, `config_invalid` without a token for git, and what
 * {@link People.mayWrite} throws.
 */
export async function requireWritable(
  { event }: Pick<Task, "event">,
  subject: Subject,
  { mayWriteTests, people, git }: WriteOptions,
  signal: AbortSignal,
): Promise<void> {
  const { forge, repository, pull_request } = subject;
  if (!mayWriteTests) {
    const hint = "Set publish.write_tests to true; `/test` alone proposes a patch for `git apply`";
    throw refused("this runner writes to no repository", hint);
  }
  if (pull_request.fork) {
    const hint = "`/test` alone proposes a patch, for you to apply with `git apply`";
    throw refused("the pull request is from a fork, or nothing tells that it is not", hint);
  }
  if (event.type !== "comment") {
    throw refused("nobody asked for it", "Write /test --write into a comment");
  }
  const url = new URL(repository.clone_url);
  if (url.protocol === "https:" && (await git.authorization?.(url, forge)) === undefined) {
    throw new CicdError("config_invalid", `Cannot write tests: git has no token for ${url.host}`, {
      hint: "Set GITHUB_TOKEN, GITLAB_TOKEN, GITEE_TOKEN or GITEA_TOKEN: an App alone can't push",
    });
  }
  // What the edge has verified is that somebody may give commands, as every member of an
  // organization does.
  const login = event.comment.author;
  const may = await people.mayWrite({ forge, repository, login }, signal);
  if (may === true) return;
  const who = `${login} may write to ${repository.owner}/${repository.name}`;
  throw refused(
    may === undefined
      ? `there is no account to ask whether ${who}`
      : `${forge} does not say that ${who}`,
    "Somebody who may push can ask for it",
  );
}

/**
 * Puts the tests of a result on a branch; the result then names it. Nothing where none is missing.
 * @throws CicdError as {@link requireWritable} and `pushPatch` do.
 */
export async function writeTests(
  task: Task,
  result: TaskResult,
  options: WriteOptions,
  { signal, checkHeld }: Pick<WorkContext, "signal" | "checkHeld">,
): Promise<TaskResult> {
  if (result.kind !== "answer" || result.report?.kind !== "tests") return result;
  const { report, head_sha: headSha, text } = result;
  const { patch } = report.tests;
  if (patch === null || headSha === undefined) return result;
  const subject = await subjectOf(task, options.store);
  await requireWritable(task, subject, options, signal);
  if (options.text.verbatim(patch) !== patch) {
    throw refused("the patch holds what looks like a secret", "Ask for tests without it");
  }
  const { number } = subject.pull_request;
  const message = `Add tests that were proposed for pull request ${number}`;
  const { branch, sha } = await pushPatch(
    subject,
    { headSha, patch, message },
    {
      ...options,
      paths: options.testPaths,
      signal,
      beforeWrite: checkHeld,
    },
  );
  const written = { branch, sha, url: urlOf(subject, branch) };
  return { ...result, text: `${writtenText(written)}\n\n${text}`, written };
}

/** Where each forge shows a branch, below its repository. */
const trees: Readonly<Record<Forge, string>> = {
  github: "tree",
  gitlab: "-/tree",
  gitee: "tree",
  gitea: "src/branch",
};

function urlOf({ forge, repository }: Subject, branch: string): string {
  const { host, owner, name } = repository;
  return `https://${host}/${owner}/${name}/${trees[forge]}/${branch}`;
}

function refused(why: string, hint: string): CicdError {
  return new CicdError("forbidden", `Cannot put tests on a branch: ${why}`, { hint });
}
