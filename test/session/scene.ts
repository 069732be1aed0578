import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { identify } from "#runner/claude/identity.ts";
import { pidsNow } from "#runner/claude/process-tree.ts";
import type { Lease } from "#runner/session/lease.ts";
import {
  type AcquireOptions,
  SessionManager,
  type SessionManagerOptions,
} from "#runner/session/manager.ts";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import type { Conversation } from "#runner/store/store.ts";
import { never } from "../claude/start-scripted.ts";
import { accepted } from "../store/drive.ts";
import { handOff } from "../store/hand-off.ts";
import { tempFolder } from "../temp-folder.ts";

/** A session manager over a real store and scripted processes; disposal ends them all. */
export interface Scene extends AsyncDisposable {
  readonly store: SqliteStore;
  readonly manager: SessionManager;
  /** What the manager's clock says, in epoch milliseconds. */
  now: number;
  /** The id of the session of a pull request, which the store knows from then on. */
  session(number: number): Promise<string>;
  acquire(id: string, options?: Partial<AcquireOptions>): Promise<Lease>;
  conversation(id: string): Promise<Conversation | null | undefined>;
  /** The processes of the scene that live now, in no order. */
  pids(): Promise<number[]>;
}

/** How a scene differs from the usual. */
export interface SceneOptions extends Partial<Pick<SessionManagerOptions, "onState">> {
  /** What the scripted CLI does, in all its processes. */
  readonly behaviour?: string;
  readonly maxSessions?: number;
  /** How long each step of ending a process may take, in milliseconds. */
  readonly patience?: number;
}

/** Sets a scene. */
export async function setScene(options: SceneOptions = {}): Promise<Scene> {
  const { behaviour = "remembers", maxSessions = 2, patience = 1000, onState } = options;
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder()).path;
  const store = undo.use(new SqliteStore({ folder, host: "test-host" }));
  const manager = new SessionManager({
    store,
    maxSessions,
    now: () => scene.now,
    ...(onState && { onState }),
    cli: {
      executable: await writeExecutable(join(folder, "cli")),
      environment: { [mark]: folder },
      instructions: behaviour,
      model: "none",
      maxTurns: 1,
      startupTimeout: 20_000,
      patience,
    },
  });
  undo.defer(async () => {
    await manager.stop();
    const left = await marked(`${mark}=${folder}`);
    for (const pid of left) process.kill(pid, "SIGKILL");
    assert.deepEqual(left, [], "the manager left processes alive");
  });
  const resources = undo.move();
  const scene: Scene = {
    store,
    manager,
    now: 1_000_000,
    session: async (number) => {
      const work = handOff(number);
      await accepted(store, work);
      const { session_id } = (await store.task(work.task_id)) ?? { session_id: "" };
      await mkdir(join(folder, session_id), { recursive: true });
      return session_id;
    },
    acquire: (id, rest) => manager.acquire(id, { cwd: join(folder, id), signal: never, ...rest }),
    conversation: async (id) => (await store.session(id))?.conversation,
    pids: () => marked(`${mark}=${folder}`),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
  return scene;
}

/** The variable that the processes of a scene are found by. */
const mark = "SESSION_SCENE";

/** The manager makes the arguments itself, so that the program has to be one file. */
async function writeExecutable(path: string): Promise<string> {
  const program = new URL("../claude/scripted-cli.ts", import.meta.url).pathname;
  const text = `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`;
  await writeFile(path, text, { mode: 0o755 });
  return path;
}

async function marked(text: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await pidsNow()) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (environment.split("\0").includes(text) && (await identify(pid))) found.push(pid);
  }
  return found;
}
