import { createRepository } from "../workspace/repository.ts";
import { codeOf } from "./findings.ts";
import type { Target } from "./sent.ts";

/** What a repository is made with. */
export interface TargetOptions {
  /** Default: its folder. */
  readonly cloneUrl?: string;
  /** How many pull requests it has. */
  readonly sessions: number;
  /** How many commits each has, which its pushes show in turn; default 1. */
  readonly versions?: number;
}

/** Makes a repository with pull requests; a target is that of the `count`th push to one. */
export async function makeTargets(
  folder: string,
  { cloneUrl, sessions, versions = 1 }: TargetOptions,
): Promise<(number: number, count?: number) => Target> {
  const repository = await createRepository(folder);
  const baseSha = await repository.commit({ files: { "README.md": "# Soak\n" } });
  const heads: string[][] = [];
  for (let number = 1; number <= sessions; number += 1) {
    const ofOne: string[] = [];
    for (let version = 0; version < versions; version += 1) {
      const files = codeOf(number, version);
      const branch = `change-${number}-${version}`;
      ofOne.push(await repository.commit({ files, branch, from: baseSha }));
    }
    heads.push(ofOne);
  }
  return (number, count = 0) => ({
    cloneUrl: cloneUrl ?? repository.url,
    baseSha,
    headSha: heads[number - 1]?.[count % versions] ?? baseSha,
  });
}
