import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { SessionList } from "#shared/api.ts";
import { startProgram } from "../host/program.ts";
import { tempFolder } from "../temp-folder.ts";
import { residentOf } from "./resident.ts";
import type { Recorder } from "./rows.ts";
import { seedSessions } from "./seed.ts";

const knownSessions = 1000;
/** As many as one list has. */
const listed = 500;

/** How the program's own memory is measured. */
export interface KnownOptions {
  readonly repeats: number;
  readonly record: Recorder;
  /** Aborting it ends this when the program that runs now has told its memory. */
  readonly signal: AbortSignal;
}

/** Measures what the program itself takes without any session, and with many that it only knows. */
export async function measureKnown({ repeats, record, signal }: KnownOptions): Promise<void> {
  if (process.platform !== "linux") return;
  await using folder = await tempFolder();
  const places = { none: join(folder.path, "none"), known: join(folder.path, "known") };
  await seedSessions(places.known, knownSessions);
  const take = async (stateDir: string, expected: number) => {
    signal.throwIfAborted();
    return await memoryOfProgram(folder.path, stateDir, expected);
  };
  const takeNone = () => take(places.none, 0);
  const takeKnown = () => take(places.known, listed);
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const early = repeat % 2 === 0 ? await takeNone() : undefined;
    const known = await takeKnown();
    const none = early ?? (await takeNone());
    record("host_new", none);
    record("host_known", known);
    record("host_known_more", known - none);
  }
}

/** What is resident, in MB, when the program has told its health and its sessions. */
async function memoryOfProgram(cwd: string, stateDir: string, expected: number): Promise<number> {
  const token = randomBytes(32).toString("hex");
  await using program = await startProgram(cwd, {
    // Its own memory as where it is installed: what it compiles is a part of it.
    NODE_DISABLE_COMPILE_CACHE: "1",
    GITHUB_WEBHOOK_SECRET: "webhook-secret",
    RUNNER_SECRET: randomBytes(32).toString("hex"),
    RUNNER_STATE_DIR: stateDir,
    ASYNC_MIN_IDLE_SESSIONS: "0",
    ANTHROPIC_API_KEY: "stand-in",
    API_TOKENS: `read:${createHash("sha256").update(token).digest("hex")}`,
  });
  await (await fetch(`${program.edgeUrl}/health`)).json();
  const response = await fetch(`${program.edgeUrl}/v1/sessions?limit=${listed}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { sessions } = SessionList.parse(await response.json());
  if (sessions.length !== expected) throw new Error(`Program knows ${sessions.length} sessions`);
  return await residentOf(program.pid);
}
