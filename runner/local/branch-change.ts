import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Environment } from "#shared/config.ts";
import { CicdError } from "#shared/error.ts";
import type { RunnerConfig } from "../config.ts";
import { gitOptions } from "../settings.ts";
import type { Subject } from "../subject.ts";
import { prepareCheckout } from "../workspace/checkout.ts";
import type { GitOptions } from "../workspace/git-options.ts";
import { Mirrors } from "../workspace/mirrors.ts";
import type { LocalRepository } from "./local-repository.ts";
import type { LocalChange } from "./review-once.ts";

/** What laying out commits needs. */
export interface CommitsOptions {
  readonly config: RunnerConfig;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

/**
 * What the commits of HEAD change since they left a branch. Files that are not committed have no
 * part in it. Nobody tells who made those commits, so it is taken for one from a fork.
 * @param base a branch or any name of a commit; undefined: the default branch.
 * @throws CicdError `invalid_request` when there is no such branch, or nothing in common with it.
 */
export async function branchChange(
  repository: LocalRepository,
  base: string | undefined,
  options: CommitsOptions,
): Promise<LocalChange> {
  const name = base ?? (await knownBranch(repository));
  const baseSha = await commitOf(repository, name);
  const headSha = await commitOf(repository, "HEAD");
  const mergeBase = await repository.mergeBase(baseSha, headSha);
  if (mergeBase === undefined) {
    throw new CicdError("invalid_request", `Cannot compare HEAD with ${name}: no common commit`, {
      hint: "In a shallow clone, fetch more of the history first: git fetch --unshallow",
    });
  }
  const subject: Subject = {
    forge: "github",
    repository: {
      host: "localhost",
      owner: "local",
      name: basename(repository.root),
      clone_url: pathToFileURL(repository.root).href,
    },
    pull_request: {
      number: 0,
      title: `Commits since ${name}`,
      body: await repository.messages(mergeBase, headSha),
      head: { sha: headSha },
      base: { ref: name, sha: baseSha },
      fork: true,
    },
  };
  const git = { ...gitOptions(options.config, options.environment), protocols: ["file"] };
  return {
    subject,
    wish: null,
    isEmpty: mergeBase === headSha,
    prepare: prepareCommits(subject, git, options),
  };
}

/** Lays out the commits of a subject as a runner does. */
export function prepareCommits(
  subject: Subject,
  git: GitOptions,
  { config, signal }: CommitsOptions,
): LocalChange["prepare"] {
  return async (folder, scratch) =>
    await prepareCheckout(subject, {
      folder,
      mirrors: new Mirrors(join(scratch, "mirrors")),
      git,
      signal,
      maxCheckoutBytes: config.runner.max_checkout,
      maxDiffBytes: config.runner.max_diff,
      contextLines: config.review.context_lines,
      exclude: config.review.exclude,
    });
}

/** The default branch of the remote, else one of the usual names. */
async function knownBranch(repository: LocalRepository): Promise<string> {
  for (const name of [await repository.notedDefaultBranch(), "main", "master"]) {
    if (name !== undefined && (await find(repository, name)) !== undefined) return name;
  }
  throw new CicdError("invalid_request", "Cannot tell what to compare HEAD with", {
    hint: "Name a branch with --base, or give the change with --diff",
  });
}

async function commitOf(repository: LocalRepository, name: string): Promise<string> {
  const sha = await find(repository, name);
  if (sha !== undefined) return sha;
  throw new CicdError("invalid_request", `Cannot find ${name}: it names no commit here`, {
    hint: "Fetch it first, or name another one with --base",
  });
}

/** A branch that was fetched and never checked out counts too. */
async function find(repository: LocalRepository, name: string): Promise<string | undefined> {
  return (await repository.commit(name)) ?? (await repository.commit(`origin/${name}`));
}
