import { mkdir, readdir, realpath, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { configFolder } from "../claude/environment.ts";
import { FolderSizes, type Stored } from "../workspace/disk-budget.ts";
import { emptySession } from "../workspace/session-folder.ts";

/**
 * The folders that sessions work in, below a state folder. One is named by its session, or by the
 * spare process that was started in it before the session was known; its path never changes, because
 * the CLI finds conversations by it.
 */
export class Workspaces {
  readonly #stateDir: string;
  readonly #sizes = new FolderSizes();

  constructor(stateDir: string) {
    this.#stateDir = stateDir;
  }

  /** Where a workspace lies, there or not. */
  folder(name: string): string {
    return join(this.#stateDir, "workspaces", name);
  }

  /** Makes one; resolves to the folder in it that processes work in. */
  async prepare(name: string): Promise<string> {
    const tree = join(this.folder(name), "tree");
    await mkdir(tree, { recursive: true, mode: 0o700 });
    return tree;
  }

  /** What the files in each take, and when they were last laid out; of spares there are none. */
  async stored(): Promise<(Omit<Stored, "free"> & { readonly name: string })[]> {
    const names = await this.names();
    this.#sizes.keep(new Set(names.map((name) => this.folder(name))));
    const stored = names.map(async (name) => {
      const index = await stat(join(this.folder(name), "index")).catch(() => undefined);
      if (index === undefined) return [];
      const usedAt = index.mtimeMs;
      return [{ name, usedAt, bytes: await this.#sizes.of(this.folder(name), usedAt) }];
    });
    return (await Promise.all(stored)).flat();
  }

  /** Removes the files in one; conversations in it can still be resumed. */
  async empty(name: string): Promise<void> {
    await emptySession(this.folder(name));
  }

  /** Removes one, with what the CLI remembers of conversations in it. */
  async remove(name: string): Promise<void> {
    const folder = this.folder(name);
    const paths = [folder, await this.transcripts(join(folder, "tree"))];
    await Promise.all(
      paths.map((path) => rm(path, { recursive: true, force: true, maxRetries: 3 })),
    );
  }

  /** The names of all that are there. */
  async names(): Promise<string[]> {
    return await readdir(join(this.#stateDir, "workspaces")).catch(() => []);
  }

  /**
   * Where the CLI keeps the transcripts of processes that worked in a folder: it names that by the
   * path, without symbolic links and with a dash for all but letters and digits.
   */
  async transcripts(tree: string): Promise<string> {
    const path = await realpath(tree).catch(() => tree);
    const name = path.replaceAll(/[^A-Za-z0-9]/g, "-");
    return join(configFolder(this.#stateDir), "projects", name);
  }
}
