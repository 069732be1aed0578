import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { sha256Hex } from "#shared/sha256.ts";
import type { Subject } from "../subject.ts";
import { FolderSizes, type Stored } from "./disk-budget.ts";
import { Mirror, removeMirror } from "./mirror.ts";

/** The mirrors of all repositories that are reviewed, in one folder. */
export class Mirrors {
  readonly #folder: string;
  readonly #mirrors = new Map<string, Mirror>();
  readonly #sizes = new FolderSizes();

  /** @param folder absolute; made when it is needed. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The mirror of the repository of a pull request, there or not. */
  of(subject: Subject): Mirror {
    const { head, base } = subject.pull_request;
    const sha = head.sha ?? base.sha ?? subject.likeSha;
    const idLength = sha?.length === 64 ? 64 : 40;
    const name = nameOf(subject, idLength);
    const known = this.#mirrors.get(name);
    if (known !== undefined) return known;
    const mirror = new Mirror(join(this.#folder, name), idLength);
    this.#mirrors.set(name, mirror);
    return mirror;
  }

  /** All that are on disk, with what they take; first what was not removed to its end. */
  async stored(): Promise<Stored[]> {
    const names = await readdir(this.#folder).catch(() => []);
    this.#sizes.keep(new Set(names.map((name) => join(this.#folder, name))));
    const stored: Stored[] = [];
    for (const name of names) {
      const gitDir = join(this.#folder, name);
      const { mtimeMs: usedAt } = (await stat(gitDir).catch(() => undefined)) ?? { mtimeMs: 0 };
      const bytes = await this.#sizes.of(gitDir, usedAt);
      stored.push({
        bytes,
        usedAt: isMirror.test(name) ? usedAt : 0,
        free: () => this.#free(name),
      });
    }
    return stored;
  }

  async #free(name: string): Promise<boolean> {
    const mirror = this.#mirrors.get(name);
    if (mirror?.isUsed) return false;
    if (mirror === undefined) await removeMirror(join(this.#folder, name));
    else await mirror.discard(mirror.generation);
    return true;
  }
}

const isMirror = /^[0-9a-f]{64}$/;

/**
 * Nothing that a stranger chose stands in the name. The clone URL is part of it: whoever forges a
 * delivery can't put commits from elsewhere beside those of a repository.
 */
function nameOf({ forge, repository }: Subject, idLength: number): string {
  const { host, owner, name, clone_url } = repository;
  const identity = JSON.stringify([forge, host, owner, name, clone_url, idLength]);
  return sha256Hex(identity);
}
