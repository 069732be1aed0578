import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Meter } from "#runner/claude/connection.ts";
import { identify } from "#runner/claude/identity.ts";
import { pidsNow } from "#runner/claude/process-tree.ts";
import { SessionManager, type SessionManagerOptions } from "#runner/session/manager.ts";
import type { CliSettings } from "#runner/session/process-starter.ts";
import { Workspaces } from "#runner/session/workspaces.ts";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import type { SessionRecord } from "#runner/store/store.ts";
import { exportCompileCache } from "../compile-cache.ts";
import { accepted, claimed, done } from "../store/drive.ts";
import { handOff } from "../store/hand-off.ts";
import { tempFolder } from "../temp-folder.ts";
import { type Acquire, acquire, type Leased } from "./acquire.ts";

/** A session manager over a real store and scripted processes; disposal ends them all. */
export interface Scene extends AsyncDisposable {
  readonly store: SqliteStore;
  readonly manager: SessionManager;
  /** The state folder. */
  readonly folder: string;
  /** What the clock of manager and store says, in epoch milliseconds. */
  now: number;
  /** What the manager told that nobody waited for. */
  readonly errors: readonly unknown[];
  /** What the next processes do, one after the other; all later ones do the last. */
  behave(...behaviours: string[]): void;
  /** The id of the session of a pull request, which the store knows from then on. */
  session(number: number): Promise<string>;
  /** Ends the tasks that made the sessions known. */
  finishTasks(): Promise<void>;
  /** Leases a session and waits for its process. */
  acquire(id: string, options?: Acquire): Promise<Leased>;
  record(id: string): Promise<SessionRecord>;
  /** The processes of the scene that live now, in no order. */
  pids(): Promise<number[]>;
  /** The names of the workspaces on disk, sorted. */
  workspaces(): Promise<string[]>;
}

/** How a scene differs from the usual. */
export interface SceneOptions extends Partial<Omit<SessionManagerOptions, "workspaces" | "cli">> {
  /** What the scripted CLI does in all its processes; see {@link Scene.behave}. */
  readonly behaviour?: string;
  /** How long each step of ending a process may take, in milliseconds. */
  readonly patience?: number;
  /** Waits for the requests to the model that are under way; default: there are none. */
  readonly idle?: (meter: () => Meter | undefined) => Promise<void>;
  /** What differs for pull requests from forks; default nothing. */
  readonly confined?: CliSettings["confined"];
}

/** Sets a scene. */
export async function setScene(options: SceneOptions = {}): Promise<Scene> {
  const { behaviour = "remembers", patience = 1000, idle, confined, ...rest } = options;
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder()).path;
  let time = 1_000_000;
  let behaviours = [behaviour];
  const now = () => time;
  const store = undo.use(new SqliteStore({ folder, host: "test-host", now }));
  const errors: unknown[] = [];
  const manager = new SessionManager({
    store,
    maxSessions: 2,
    now,
    onError: (error) => errors.push(error),
    ...rest,
    workspaces: new Workspaces(folder),
    cli: {
      executable: await writeExecutable(join(folder, "cli")),
      connect: (meter) => {
        const [next = "", ...later] = behaviours;
        if (later.length > 0) behaviours = later;
        return {
          environment: { [mark]: folder, BEHAVIOUR: next },
          idle: idle && (() => idle(meter)),
          [Symbol.dispose]: () => {},
        };
      },
      instructions: "",
      model: "none",
      maxTurns: 1,
      startupTimeout: 20_000,
      silenceTimeout: 60_000,
      patience,
      confined,
    },
  });
  const pids = () => marked(`${mark}=${folder}`);
  undo.defer(async () => {
    await manager.stop();
    const left = await pids();
    for (const pid of left) process.kill(pid, "SIGKILL");
    assert.deepEqual(left, [], "the manager left processes alive");
  });
  const resources = undo.move();
  return {
    store,
    manager,
    folder,
    errors,
    get now() {
      return time;
    },
    set now(value) {
      time = value;
    },
    behave: (...next) => {
      behaviours = next;
    },
    session: async (number) => {
      const id = await accepted(store, handOff(number));
      return (await store.task(id))?.session_id ?? assert.fail("there is no such task");
    },
    finishTasks: async () => {
      while ((await store.stats()).queued > 0) await store.finish(await claimed(store), done);
    },
    acquire: (id, how) => acquire(manager, id, how),
    record: async (id) => (await store.session(id)) ?? assert.fail(`there is no session ${id}`),
    pids,
    workspaces: async () => (await readdir(join(folder, "workspaces")).catch(() => [])).sort(),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** The variable that the processes of a scene are found by. */
const mark = "SESSION_SCENE";

/** The manager makes the arguments itself, so that the program has to be one file. */
async function writeExecutable(path: string): Promise<string> {
  const program = new URL("../claude/scripted-cli.ts", import.meta.url).pathname;
  const text = `#!/bin/sh\n${exportCompileCache}\nexec "${process.execPath}" "${program}" "$@" "$BEHAVIOUR"\n`;
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
