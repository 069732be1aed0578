import { posix } from "node:path";
import type { Subject } from "../subject.ts";
import type { CheckoutOptions } from "./checkout.ts";
import { tryGit } from "./git.ts";
import type { Workspace } from "./git-options.ts";
import { recounted } from "./recount.ts";
import { layOutSession } from "./session-folder.ts";

/** Where a patch is checked, and which files it may be about. */
export interface PatchOptions
  extends Pick<CheckoutOptions, "folder" | "mirrors" | "git" | "signal"> {
  /** Globs of the paths that it may add or change. */
  readonly paths: readonly string[];
}

/** A patch that applies, or why it is of no use, in words that its author can act on. */
export type CheckedPatch =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly reason: string };

/**
 * Checks that a patch applies to the head that a session has checked out, whatever was done to its
 * files since, and that it adds or changes files at `paths` alone. Nothing is written.
 * @throws CicdError as `tryGit` does; the signal's reason when it aborts.
 */
export async function checkPatch(
  subject: Subject,
  patch: string,
  { folder, mirrors, git, signal, paths }: PatchOptions,
): Promise<CheckedPatch> {
  const mirror = mirrors.of(subject);
  using _use = mirror.use();
  const workspace = {
    gitDir: mirror.gitDir,
    ...(await layOutSession(folder)),
    options: git,
    signal,
  };
  const value = recounted(patch);
  const reason = await refusalOf(workspace, value, paths);
  return reason === undefined ? { ok: true, value } : { ok: false, reason };
}

/**
 * Why a patch is of no use to the head that an index holds; undefined when it is.
 * @throws CicdError as `tryGit` does; the signal's reason when it aborts.
 */
export async function refusalOf(
  workspace: Workspace,
  patch: string,
  paths: readonly string[],
): Promise<string | undefined> {
  if (invisible.test(patch)) {
    return "the patch has characters that nobody sees: write them as escapes";
  }
  const told = await tryGit(workspace, ["apply", "--numstat", "-z", "-"], { stdin: patch });
  if (told.exitCode !== 0) return `git can't read the patch: ${firstLine(told.stderr)}`;
  const wrong = wrongIn(told.stdout, patch, paths);
  if (wrong !== undefined) return wrong;
  const applied = await tryGit(workspace, ["apply", "--check", "--cached", "-"], { stdin: patch });
  return applied.exitCode === 0
    ? undefined
    : `git can't apply the patch: ${firstLine(applied.stderr)}`;
}

function wrongIn(told: string, patch: string, paths: readonly string[]): string | undefined {
  const files = [...told.matchAll(/(?:^|\0)(?:\d+|-)\t(?:\d+|-)\t([^\0]*)/g)].map(
    ([, path = ""]) => path,
  );
  if (files.length === 0) return "the patch changes no file";
  const other = files.find((path) => !paths.some((glob) => posix.matchesGlob(path, glob)));
  if (other !== undefined)
    return `the patch changes ${JSON.stringify(other)}, which is no test file`;
  const header = patch.split("\n").find((line) => forbidden.test(line));
  return header === undefined
    ? undefined
    : `the patch may only add and change files, not: ${header}`;
}

/** What no page shows as it is: what people apply has to be what they read. */
const invisible = /(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** Headers alone: lines of a file begin with a blank, a plus or a minus. */
const forbidden =
  /^(?:deleted file|old mode|new mode|rename |copy |similarity |GIT binary|Binary files|new file mode (?!100644$|100755$)|\+\+\+ \/dev\/null|index .* 1[26]0000$)/;

function firstLine(text: string): string {
  const line = text.split("\n").find((one) => one.trim() !== "") ?? "it says nothing";
  return line.slice(0, 300);
}
