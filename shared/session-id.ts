import { caseless } from "./caseless.ts";
import type { Forge, Repository } from "./event.ts";
import { namedUuid } from "./named-uuid.ts";

/** What names a pull request. */
interface OfPullRequest {
  readonly forge: Forge;
  readonly repository: Pick<Repository, "host" | "owner" | "name">;
  readonly pull_request: { readonly number: number };
}

/**
 * The session of a pull request, the same on every host and for ever: UUID v5 of
 * `cicd-runner:pr:<forge>:<host>:<owner>/<repo>:<n>`, in lower case.
 */
export function sessionIdOf({ forge, repository, pull_request }: OfPullRequest): string {
  const { host, owner, name } = caseless(repository);
  return namedUuid(`cicd-runner:pr:${forge}:${host}:${owner}/${name}:${pull_request.number}`);
}
