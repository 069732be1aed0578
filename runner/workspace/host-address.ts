import { lookup } from "node:dns/promises";
import ip from "ipaddr.js";
import { CicdError } from "#shared/error.ts";
import { unlessAborted } from "#shared/unless-aborted.ts";
import type { GitOptions } from "./git-options.ts";

/** To which nobody can connect: what a proxy is to look up for git, git must not look up itself. */
const nowhere = "224.0.0.1";
/** Azure's metadata service: the one such address within the public range. */
const metadata = "168.63.129.16";

/**
 * Looks a repository's host up, once, and refuses what a stranger must not reach through us: where
 * any of its addresses is private, loopback, link-local or that of a metadata service, unless the
 * operator allows this host.
 * @returns the addresses, so that nothing looks them up again and finds others; where
 * a proxy does the looking up and we can't, one that leads nowhere without the proxy.
 * @throws CicdError `repository_refused`, `repository_unavailable` without an address; the signal's
 * reason when it aborts.
 */
export async function hostAddresses(
  url: URL,
  options: GitOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { isPrivateAllowed = () => false, resolve = resolveByDns, environment } = options;
  // A resolver takes the dot off, and would look for what was not checked.
  if (url.hostname.endsWith(".")) throw refused(url, "it ends with a dot");
  let addresses: readonly string[];
  try {
    addresses = await unlessAborted(resolve(url.hostname.replace(/^\[|\]$/g, "")), signal);
  } catch (cause) {
    signal.throwIfAborted();
    if (usesProxy(url, environment ?? process.env)) return [nowhere];
    throw new CicdError("repository_unavailable", `Cannot find host ${url.hostname}`, {
      cause,
      hint: "Check the repository's host, and the name server of the runner's host",
    });
  }
  if (isPrivateAllowed(url)) return addresses;
  const inside = addresses.find((address) => !isPublic(address));
  if (inside !== undefined) throw refused(url, `its address ${inside} is not a public one`);
  return addresses;
}

async function resolveByDns(hostname: string): Promise<readonly string[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}

/** Whether an address lies in the public internet, also when it is an IPv4 one written as IPv6. */
function isPublic(address: string): boolean {
  if (!ip.isValid(address)) return false;
  const parsed = ip.process(address);
  if (parsed.range() !== "unicast" || parsed.toString() === metadata) return false;
  return !(parsed instanceof ip.IPv6) || ((parsed.parts[0] ?? 0) & 0xe000) === 0x2000;
}

function usesProxy(
  { protocol }: URL,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const names = protocol === "https:" ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"];
  return names.some((name) => Boolean(environment[name]));
}

function refused({ host }: URL, why: string): CicdError {
  return new CicdError("repository_refused", `Cannot fetch from ${host}: ${why}`, {
    hint: "Add the host to runner.clone_private_hosts, if repositories are to be fetched from there",
  });
}
