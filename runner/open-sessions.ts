import type { RunnerConfig } from "./config.ts";
import { confiner } from "./confiner.ts";
import { openTranscripts } from "./open-transcripts.ts";
import { memoryOf } from "./resilience/memory.ts";
import { SessionManager, type SessionManagerOptions } from "./session/manager.ts";
import { Workspaces } from "./session/workspaces.ts";
import type { Store } from "./store/store.ts";

/** What the sessions of a host need besides its settings. */
interface SessionsOptions extends Pick<SessionManagerOptions, "cli" | "onState"> {
  readonly store: Store;
  readonly stateDir: string;
  readonly onError: (error: unknown) => void;
}

/**
 * The sessions of a host, with their folders and processes.
 * @throws CicdError `config_invalid` when the folder for the hosts' conversations can't be used.
 */
export async function openSessions(
  config: RunnerConfig,
  { stateDir, cli, ...options }: SessionsOptions,
): Promise<SessionManager> {
  const { async: limits } = config;
  const { store, onError } = options;
  const workspaces = new Workspaces(stateDir);
  const sessions = new SessionManager({
    ...options,
    workspaces,
    transcripts: await openTranscripts(config, store.hostId, workspaces),
    cli: { ...cli, onSpawn: confiner(limits.process_memory_max, onError) },
    maxSessions: limits.max_sessions,
    spares: limits.min_idle_sessions,
    memoryLimit: limits.session_memory_limit,
    memoryOf,
  });
  if (!limits.enabled) await sessions.setMode("one_shot");
  return sessions;
}
