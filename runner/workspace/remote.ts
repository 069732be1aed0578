import { CicdError } from "#shared/error.ts";
import type { GitConfig } from "./git-environment.ts";
import { defaultProtocols, type GitOptions } from "./git-options.ts";

/** Where commits are fetched from. */
export interface Remote {
  /** As git gets it: the parsed form, so that git sees the host that the credential is meant for. */
  readonly url: string;
  /** What the fetch needs for its credential. */
  readonly config: GitConfig;
}

const isHttp = /^https?:$/;

/**
 * Checks a clone URL and gets the credential for it. That travels in the environment of the fetch,
 * bound to the origin of the URL: in no argument, URL or file.
 * @throws CicdError `repository_refused` when the URL is malformed, has a scheme that is not
 * allowed, or holds a credential.
 */
export async function openRemote(cloneUrl: string, options: GitOptions): Promise<Remote> {
  const { protocols = defaultProtocols, authorization } = options;
  const url = URL.parse(cloneUrl);
  if (url === null) throw refused("clone URL is malformed", "Only URLs with a scheme are fetched");
  const scheme = url.protocol.slice(0, -1);
  if (!protocols.includes(scheme)) {
    throw refused(
      `${scheme} is not allowed as a protocol`,
      `Add it to runner.clone_protocols (now: ${protocols.join(", ")}), if you mean to allow it`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw refused(
      "clone URL holds a credential",
      "Set the token of the forge instead: GITHUB_TOKEN, GITLAB_TOKEN and the like",
    );
  }
  const value = isHttp.test(url.protocol) ? await authorization?.(url) : undefined;
  if (value === undefined) return { url: url.href, config: {} };
  if (/\p{Cc}/u.test(value)) {
    throw refused(
      "credential holds a control character",
      "Check the forge's token for line breaks",
    );
  }
  const key = `http.${url.origin}/.extraHeader`;
  return { url: url.href, config: { [key]: `Authorization: ${value}` } };
}

function refused(what: string, hint: string): CicdError {
  return new CicdError("repository_refused", `Cannot fetch repository: ${what}`, { hint });
}
