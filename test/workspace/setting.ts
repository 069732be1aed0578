import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subject } from "#runner/subject.ts";
import {
  type Checkout,
  type CheckoutOptions,
  prepareCheckout,
} from "#runner/workspace/checkout.ts";
import { Mirrors } from "#runner/workspace/mirrors.ts";
import type { PullRequestEvent } from "#shared/event.ts";
import { pullRequestEvent } from "#test/shared/pull-request-event.ts";
import { createRepository, type RepositoryOptions, type TestRepository } from "./repository.ts";

/** Which commits a pull request is about. */
export interface Sides {
  readonly head: string;
  readonly base: string;
  /** Default: the repository's `file://` URL. */
  readonly url?: string;
}

/** A repository, and the folder of a session that reviews its pull request 7. */
export interface Setting extends AsyncDisposable {
  readonly repository: TestRepository;
  /** What the session has; made by the first checkout. */
  readonly folder: string;
  readonly mirrors: Mirrors;
  /** The mirror of the repository, as long as that is fetched by its own URL. */
  readonly gitDir: string;
  /** Another path for this test's use. */
  path(name: string): string;
  event(sides: Sides): PullRequestEvent;
  /** Prepares a checkout for an event; `git` allows `file` and `http` unless it says otherwise. */
  prepare(subject: Subject, options?: Partial<CheckoutOptions>): Promise<Checkout>;
  /** {@link Setting.prepare} for the event about these commits. */
  checkout(sides: Sides, options?: Partial<CheckoutOptions>): Promise<Checkout>;
}

/** Makes a setting with an empty repository; disposal removes all that is on disk. */
export async function createSetting(options?: RepositoryOptions): Promise<Setting> {
  const root = await mkdtemp(join(tmpdir(), "workspace-"));
  const repository = await createRepository(join(root, "shop.git"), options);
  const folder = join(root, "session");
  const mirrors = new Mirrors(join(root, "mirrors"));
  const event = (sides: Sides) => eventAbout({ url: repository.url, ...sides });
  const prepare: Setting["prepare"] = (about, { git, ...rest } = {}) =>
    prepareCheckout(about, {
      folder,
      mirrors,
      signal: new AbortController().signal,
      ...rest,
      git: { protocols: ["file", "http"], isPrivateAllowed: () => true, ...git },
    });
  return {
    repository,
    folder,
    mirrors,
    gitDir: mirrors.of(event({ head: idOf(options), base: idOf(options) })).gitDir,
    path: (name) => join(root, name),
    event,
    prepare,
    checkout: (sides, options) => prepare(event(sides), options),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

function idOf({ objectFormat }: RepositoryOptions = {}): string {
  return "a".repeat(objectFormat === "sha256" ? 64 : 40);
}

function eventAbout({ url, head, base }: Required<Sides>): PullRequestEvent {
  const event = pullRequestEvent();
  const { pull_request, repository } = event;
  return {
    ...event,
    repository: { ...repository, clone_url: url },
    pull_request: {
      ...pull_request,
      head: { ...pull_request.head, sha: head },
      base: { ...pull_request.base, sha: base },
    },
  };
}
