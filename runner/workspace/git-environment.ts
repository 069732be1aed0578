import { markerVariable } from "../claude/orphans.ts";
import { defaultProtocols, type Workspace } from "./git-options.ts";

/** Settings of git by name. */
export type GitConfig = Readonly<Record<string, string>>;

/** Search path, proxies, certificates and our mark: nothing else of the host reaches git. */
const allowed = [
  ...["PATH", "TMPDIR", markerVariable],
  ...["HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"],
  ...["GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSL_CERT_FILE", "SSL_CERT_DIR"],
];

function tolerated(...names: readonly string[]): GitConfig {
  return Object.fromEntries(
    ["fetch.fsck", "fsck"].flatMap((when) => names.map((name) => [`${when}.${name}`, "warn"])),
  );
}

/** What a repository of strangers can neither change nor use. */
const hardening: GitConfig = {
  "core.fsmonitor": "false",
  "core.hooksPath": "/dev/null",
  "core.attributesFile": "/dev/null",
  "core.excludesFile": "/dev/null",
  // A symbolic link is written as a file that holds its target: none leads out of the tree.
  "core.symlinks": "false",
  "core.protectHFS": "true",
  "core.protectNTFS": "true",
  "safe.bareRepository": "explicit",
  "submodule.recurse": "false",
  "fetch.recurseSubmodules": "false",
  "credential.helper": "",
  // A redirect could lead to where the forge's credential must not go.
  "http.followRedirects": "false",
  "fetch.fsckObjects": "true",
  // Blemishes that old commits of honest repositories have.
  ...tolerated("badTimezone", "missingSpaceBeforeDate", "zeroPaddedDate", "zeroPaddedFilemode"),
};

/** How we want it to work. */
const manners: GitConfig = {
  "core.autocrlf": "false",
  "core.logAllRefUpdates": "false",
  "core.quotePath": "false",
  // What a fetch brings stays one file: half of it is none.
  "fetch.unpackLimit": "1",
  // No process stays behind to tidy up.
  "gc.auto": "0",
  "maintenance.auto": "false",
  // Less than 1000 bytes a second for half a minute is a connection that hangs.
  "http.lowSpeedLimit": "1000",
  "http.lowSpeedTime": "30",
};

/**
 * The whole environment of a git command: an allow-list of the host's, no configuration file but
 * the git dir's own, and our settings, which win over that one.
 */
export function gitEnvironment(workspace: Workspace, config: GitConfig): Record<string, string> {
  const { gitDir, tree, index, options } = workspace;
  const { protocols = defaultProtocols, environment = process.env } = options;
  const handedOn = allowed.flatMap((name) => {
    const value = environment[name];
    return value ? [[name, value]] : [];
  });
  const transports = protocols.map((name) => [`protocol.${name}.allow`, "always"]);
  return {
    ...Object.fromEntries(handedOn),
    ...asVariables({
      ...hardening,
      ...manners,
      "protocol.allow": "never",
      ...Object.fromEntries(transports),
      ...config,
    }),
    GIT_DIR: gitDir,
    GIT_WORK_TREE: tree,
    GIT_INDEX_FILE: index,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    // Where no .netrc can be.
    HOME: "/dev/null",
    // Messages that can be told apart.
    LC_ALL: "C",
  };
}

function asVariables(config: GitConfig): Record<string, string> {
  const entries = Object.entries(config);
  return Object.fromEntries([
    ["GIT_CONFIG_COUNT", String(entries.length)],
    ...entries.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ]);
}
