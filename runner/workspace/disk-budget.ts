import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Something on disk that can be made again. */
export interface Stored {
  readonly bytes: number;
  /** When it was used last, in epoch milliseconds. */
  readonly usedAt: number;
  /** Removes it; false while it is in use. */
  readonly free: () => Promise<boolean>;
}

/**
 * Frees what was used least recently until the rest takes no more than so many bytes. What can't be
 * removed is told to `onError`, and others go in its place. Ends after the one under way when the
 * signal aborts.
 */
export async function keepWithin(
  limit: number,
  stored: readonly Stored[],
  onError: (error: unknown) => void,
  signal?: AbortSignal,
): Promise<{ readonly freed: number; readonly bytes: number }> {
  let bytes = stored.reduce((sum, one) => sum + one.bytes, 0);
  let freed = 0;
  for (const one of stored.toSorted((before, after) => before.usedAt - after.usedAt)) {
    if (bytes <= limit || signal?.aborted) break;
    if (!(await isFreed(one, onError))) continue;
    bytes -= one.bytes;
    freed += 1;
  }
  return { freed, bytes };
}

async function isFreed({ free }: Stored, onError: (error: unknown) => void): Promise<boolean> {
  try {
    return await free();
  } catch (error) {
    onError(error);
    return false;
  }
}

/** Remembers how large folders are, as long as they were not used since. */
export class FolderSizes {
  readonly #known = new Map<string, { readonly usedAt: number; readonly bytes: number }>();

  /** What a folder takes, links not followed; what vanishes meanwhile takes nothing. */
  async of(folder: string, usedAt: number): Promise<number> {
    const known = this.#known.get(folder);
    if (known?.usedAt === usedAt) return known.bytes;
    const bytes = await sizeOf(folder);
    this.#known.set(folder, { usedAt, bytes });
    return bytes;
  }

  /** Forgets the folders that are not among these. */
  keep(folders: ReadonlySet<string>): void {
    for (const folder of this.#known.keys()) if (!folders.has(folder)) this.#known.delete(folder);
  }
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await sizeOf(path);
    else if (entry.isFile()) bytes += await fileSize(path);
  }
  return bytes;
}

async function fileSize(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  // Blocks of 512 bytes, whatever those of the disk are.
  return (found?.blocks ?? 0) * 512;
}
