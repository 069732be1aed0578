import { Forge } from "#shared/event.ts";
import type { RunnerConfig } from "./config.ts";

/**
 * Says which hosts may have private addresses: those of the forges, at their very port, and those
 * that `runner.clone_private_hosts` lists, at any port unless it names one.
 */
export function privateHosts(config: RunnerConfig): (url: URL) => boolean {
  const forges = Forge.options.flatMap((forge) => config[forge].host?.toLowerCase() ?? []);
  const listed = config.runner.clone_private_hosts.map((host) => host.toLowerCase());
  const hosts = new Set([...forges, ...listed]);
  return ({ host, hostname }) => hosts.has(host) || listed.includes(hostname);
}
