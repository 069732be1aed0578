import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { CicdError, reasonOf } from "#shared/error.ts";
import { configFolder, homeFolder, tempFolder } from "./claude/environment.ts";

/**
 * Makes the folder that a runner keeps everything in, for its user alone.
 * @returns its absolute path.
 * @throws CicdError `config_invalid` when it can't be made.
 */
export async function prepareStateDir(path: string): Promise<string> {
  const stateDir = resolve(path);
  try {
    for (const folder of [stateDir, ...cliFolders.map((of) => of(stateDir))]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    }
    return stateDir;
  } catch (cause) {
    const why = reasonOf(cause);
    throw new CicdError("config_invalid", `Cannot use state folder ${stateDir}: ${why}`, {
      cause,
      hint: "runner.state_dir must be a folder that this user can write",
    });
  }
}

const cliFolders = [homeFolder, configFolder, tempFolder];
