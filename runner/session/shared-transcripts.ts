import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { chmod, copyFile, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CicdError, reasonOf } from "#shared/error.ts";
import type { Conversation } from "../store/store.ts";

/** Where transcripts are shared, and by whom. */
export interface SharedTranscriptsOptions {
  /** A folder that all hosts of a store can read and write. */
  readonly folder: string;
  /** This host's id. */
  readonly hostId: string;
  /** The folder of the CLI for what it keeps of processes that worked in a folder. */
  readonly localFolder: (cwd: string) => Promise<string>;
}

/** What a copy is named: whose it is, so that a host knows its own, and one of its own each. */
const copyName = /^[\w-]+\.[\w-]+\.jsonl$/;
/** What a copy is called until it is whole. */
const unfinished = ".part";

/**
 * Copies of conversations in a folder that hosts share. The store names the copy that belongs to the
 * last turn of a conversation, so that a host that was late leaves nothing but a file that nobody
 * asks for.
 */
export class SharedTranscripts {
  readonly #options: SharedTranscriptsOptions;

  /** @throws CicdError `config_invalid` when the folder can't be used. */
  static async open(options: SharedTranscriptsOptions): Promise<SharedTranscripts> {
    const folder = resolve(options.folder);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const probe = join(folder, `${randomUUID()}${unfinished}`);
      await copyFile(new URL(import.meta.url), probe, constants.COPYFILE_EXCL);
      await rm(probe);
    } catch (cause) {
      const why = reasonOf(cause);
      throw new CicdError("config_invalid", `Cannot share conversations in ${folder}: ${why}`, {
        cause,
        hint: "runner.transcripts_dir must be a folder that this user can write, as on the other hosts",
      });
    }
    return new SharedTranscripts({ ...options, folder });
  }

  private constructor(options: SharedTranscriptsOptions) {
    this.#options = options;
  }

  /** Copies what the CLI has written of a conversation until now; gives the name of the copy. */
  async share({ id }: Conversation, cwd: string): Promise<string> {
    const { folder, hostId } = this.#options;
    const name = `${hostId}.${randomUUID()}.jsonl`;
    const part = join(folder, `${name}${unfinished}`);
    try {
      await copyFile(await this.#local(id, cwd), part, constants.COPYFILE_EXCL);
      // Whatever the folder lets others do: it holds code and what was said about it.
      await chmod(part, 0o600);
      await rename(part, join(folder, name));
      return name;
    } catch (error) {
      await rm(part, { force: true }).catch(() => {});
      throw error;
    }
  }

  /**
   * Makes a conversation one that a process in `cwd` can resume, from its copy where another host had
   * it last; false when there is no copy any more.
   */
  async bring({ id, transcript }: Conversation, cwd: string): Promise<boolean> {
    const { folder, hostId } = this.#options;
    if (transcript === null) return true;
    if (!copyName.test(transcript)) return false;
    const local = await this.#local(id, cwd);
    // The CLI's own file is at least as new; with the workspace it may be gone.
    const isOwn = transcript.startsWith(`${hostId}.`);
    if (isOwn && (await stat(local).catch(() => undefined)) !== undefined) return true;
    try {
      await mkdir(join(local, ".."), { recursive: true, mode: 0o700 });
      await copyFile(join(folder, transcript), local);
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
      throw error;
    }
  }

  /** Removes a copy; nothing when it is not there. */
  async remove(transcript: string): Promise<void> {
    if (!copyName.test(transcript)) return;
    await rm(join(this.#options.folder, transcript), { force: true });
  }

  /** Removes copies that were made before a time, in epoch milliseconds: nobody asks for them. */
  async removeOlder(than: number): Promise<number> {
    const { folder } = this.#options;
    let count = 0;
    for (const name of await readdir(folder)) {
      if (!copyName.test(name) && !name.endsWith(unfinished)) continue;
      const path = join(folder, name);
      const { mtimeMs = than } = (await stat(path).catch(() => undefined)) ?? {};
      if (mtimeMs >= than) continue;
      await rm(path, { force: true });
      count += 1;
    }
    return count;
  }

  async #local(id: string, cwd: string): Promise<string> {
    return join(await this.#options.localFolder(cwd), `${id}.jsonl`);
  }
}
