import { createHash } from "node:crypto";
import { join } from "node:path";
import type { PullRequestEvent } from "#shared/event.ts";
import { Mirror } from "./mirror.ts";

/** The mirrors of all repositories that are reviewed, in one folder. */
export class Mirrors {
  readonly #folder: string;
  readonly #mirrors = new Map<string, Mirror>();

  /** @param folder absolute; made when it is needed. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The mirror of an event's repository, there or not. */
  of(event: PullRequestEvent): Mirror {
    const idLength = event.pull_request.head.sha.length === 64 ? 64 : 40;
    const name = nameOf(event, idLength);
    const known = this.#mirrors.get(name);
    if (known !== undefined) return known;
    const mirror = new Mirror(join(this.#folder, name), idLength);
    this.#mirrors.set(name, mirror);
    return mirror;
  }
}

/**
 * Nothing that a stranger chose stands in the name. The clone URL is part of it: whoever forges a
 * delivery can't put commits from elsewhere beside those of a repository.
 */
function nameOf({ forge, repository }: PullRequestEvent, idLength: number): string {
  const { host, owner, name, clone_url } = repository;
  const identity = JSON.stringify([forge, host, owner, name, clone_url, idLength]);
  return createHash("sha256").update(identity).digest("hex");
}
