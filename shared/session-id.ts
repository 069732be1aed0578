import { v5 } from "uuid";
import { caseless } from "./caseless.ts";
import type { Forge, Repository } from "./event.ts";

/** What names a pull request. */
interface OfPullRequest {
  readonly forge: Forge;
  readonly repository: Pick<Repository, "host" | "owner" | "name">;
  readonly pull_request: { readonly number: number };
}

/** The DNS namespace of RFC 9562, which our session ids are derived in. */
const namespace = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

/**
 * The session of a pull request, the same on every host and for ever: UUID v5 of
 * `cicd-runner:pr:<forge>:<host>:<owner>/<repo>:<n>`, in lower case.
 */
export function sessionIdOf({ forge, repository, pull_request }: OfPullRequest): string {
  const { host, owner, name } = caseless(repository);
  return v5(`cicd-runner:pr:${forge}:${host}:${owner}/${name}:${pull_request.number}`, namespace);
}
