import { v5 } from "uuid";
import type { PullRequestEvent } from "./event.ts";

/** The DNS namespace of RFC 9562, which our session ids are derived in. */
const namespace = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

/**
 * The session of a pull request, the same on every host and for ever: UUID v5 of
 * `cicd-runner:pr:<forge>:<host>:<owner>/<repo>:<n>`.
 */
export function sessionIdOf(event: PullRequestEvent): string {
  const { forge, repository, pull_request } = event;
  const slug = `${repository.owner}/${repository.name}`;
  return v5(`cicd-runner:pr:${forge}:${repository.host}:${slug}:${pull_request.number}`, namespace);
}
