import { CicdError } from "#shared/error.ts";
import type { RunnerConfig } from "./config.ts";
import { SharedTranscripts } from "./session/shared-transcripts.ts";
import type { Workspaces } from "./session/workspaces.ts";

/**
 * The folder in which hosts share conversations; undefined where they don't.
 * @throws CicdError `config_invalid` when it can't be used, or nobody is there to share with.
 */
export async function openTranscripts(
  { runner: { transcripts_dir: folder, store } }: RunnerConfig,
  hostId: string,
  workspaces: Workspaces,
): Promise<SharedTranscripts | undefined> {
  if (folder === undefined) return undefined;
  if (store === undefined) {
    const message = "runner.transcripts_dir is of use to several hosts alone";
    throw new CicdError("config_invalid", message, {
      hint: "Set runner.store to the database that they share, or leave runner.transcripts_dir out",
    });
  }
  const localFolder = (cwd: string) => workspaces.transcripts(cwd);
  return await SharedTranscripts.open({ folder, hostId, localFolder });
}
