import { execa } from "execa";
import type { Environment } from "#shared/config.ts";
import { testedCli } from "../version.ts";
import { type Check, fail, ok, warn } from "./check.ts";

/** The oldest Node that runs this program's sources. */
const neededNode = 24;
/** The oldest git that knows all options that are used. */
const neededGit = [2, 38] as const;

/** Node itself. */
export const nodeCheck: Check = {
  name: "Node",
  run: async () => {
    const { node } = process.versions;
    if (Number(node.split(".")[0]) >= neededNode) return ok(node);
    return fail(`${node} is too old`, `Install Node ${neededNode} or later`);
  },
};

/** The git that repositories are fetched with. */
export function gitCheck(environment: Environment): Check {
  return {
    name: "git",
    run: async (signal) => {
      const answer = await versionOf("git", environment, signal);
      if (answer === undefined) return fail("git is not on the PATH", "Install git");
      const [version = "", major, minor] = /(\d+)\.(\d+)\S*/.exec(answer) ?? [];
      const isOld =
        Number(major) < neededGit[0] ||
        (Number(major) === neededGit[0] && Number(minor) < neededGit[1]);
      if (version === "") return fail(`Cannot read its version: ${answer}`);
      const needed = neededGit.join(".");
      return isOld ? warn(`${version} is old`, `Install git ${needed} or later`) : ok(version);
    },
  };
}

/** The CLI that reviews. */
export function cliCheck(path: string, environment: Environment): Check {
  return {
    name: "Claude CLI",
    run: async (signal) => {
      const install = `npm install -g @anthropic-ai/claude-code${testedCli === undefined ? "" : `@${testedCli}`}`;
      const answer = await versionOf(path, environment, signal);
      if (answer === undefined) {
        return fail(`Cannot run ${path}`, `${install}, or set CLAUDE_CLI_PATH`);
      }
      const [version] = /\d+\.\d+\.\d+\S*/.exec(answer) ?? [];
      if (version === undefined)
        return fail(`${path} is no Claude CLI: it says ${answer}`, install);
      if (testedCli === undefined || version === testedCli) return ok(version);
      return warn(`${version}; tested with ${testedCli}`, install);
    },
  };
}

/** What a program says of its version; undefined when it can't be run. */
async function versionOf(
  program: string,
  { PATH }: Environment,
  cancelSignal: AbortSignal,
): Promise<string | undefined> {
  const { failed, stdout } = await execa(program, ["--version"], {
    extendEnv: false,
    // Whatever it keeps, it keeps it out of anybody's home.
    env: { HOME: "/nonexistent", DISABLE_AUTOUPDATER: "1", ...(PATH && { PATH }) },
    stdin: "ignore",
    reject: false,
    cancelSignal,
    forceKillAfterDelay: 1000,
  });
  cancelSignal.throwIfAborted();
  return failed ? undefined : stdout.split("\n")[0];
}
