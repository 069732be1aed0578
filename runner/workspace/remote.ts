import { isIP } from "node:net";
import { CicdError } from "#shared/error.ts";
import type { Subject } from "../subject.ts";
import type { GitConfig } from "./git-environment.ts";
import { defaultProtocols, type GitOptions } from "./git-options.ts";
import { hostAddresses } from "./host-address.ts";

/** Where commits are fetched from. */
export interface Remote {
  /** As git gets it: the parsed form, so that git sees the host that the credential is meant for. */
  readonly url: string;
  /** The credential of the fetch, and the addresses that it may connect to. */
  readonly config: GitConfig;
}

const isHttp = /^https?:$/;

/**
 * Checks the clone URL of a repository and gets the credential for it. That travels in the
 * environment of the fetch, bound to the origin of the URL: in no argument, URL or file. Git is told
 * the addresses of the host that were checked, and looks up no others.
 * @throws CicdError `repository_refused` when the URL is malformed, has a scheme that is not
 * allowed, holds a credential, or leads to a private address; `repository_unavailable` when its host
 * has none.
 */
export async function openRemote(
  { forge, repository }: Pick<Subject, "forge" | "repository">,
  options: GitOptions,
  signal: AbortSignal,
): Promise<Remote> {
  const { protocols = defaultProtocols, authorization } = options;
  const url = URL.parse(repository.clone_url);
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
  if (!isHttp.test(url.protocol)) return { url: url.href, config: {} };
  const addresses = await hostAddresses(url, options, signal);
  const config = { ...pin(url, addresses), ...credential(url, await authorization?.(url, forge)) };
  return { url: url.href, config };
}

/** What makes git connect to these addresses and no others. */
function pin(url: URL, addresses: readonly string[]): GitConfig {
  // An address is not looked up.
  if (isIP(url.hostname.replace(/^\[|\]$/g, "")) !== 0) return {};
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return { "http.curloptResolve": `${url.hostname}:${port}:${addresses.join(",")}` };
}

function credential({ origin }: URL, value: string | undefined): GitConfig {
  if (value === undefined) return {};
  if (/\p{Cc}/u.test(value)) {
    throw refused(
      "credential holds a control character",
      "Check the forge's token for line breaks",
    );
  }
  return { [`http.${origin}/.extraHeader`]: `Authorization: ${value}` };
}

function refused(what: string, hint: string): CicdError {
  return new CicdError("repository_refused", `Cannot fetch repository: ${what}`, { hint });
}
