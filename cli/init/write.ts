import { access, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CicdError, reasonOf } from "#shared/error.ts";
import type { InitFile } from "./files.ts";

/**
 * Writes files into a folder, all or none where another one is there already; `force` replaces it.
 * @returns their paths.
 * @throws CicdError `conflict` that names what is there, `invalid_request` when one can't be written.
 */
export async function writeFiles(
  folder: string,
  files: readonly InitFile[],
  { force }: { readonly force: boolean },
): Promise<string[]> {
  const paths = files.map(({ name }) => join(folder, name));
  const taken = force ? [] : await takenBy(files, folder);
  if (taken.length > 0) {
    throw new CicdError("conflict", `Cannot write ${taken.join(", ")}: it is there already`, {
      hint: "Give another --dir, or --force to replace it",
    });
  }
  try {
    for (const { name, content, mode } of files) await write(join(folder, name), content, mode);
    return paths;
  } catch (cause) {
    const why = reasonOf(cause);
    throw new CicdError("invalid_request", `Cannot write into ${folder}: ${why}`, { cause });
  }
}

/** The same content is in nobody's way: a clone has the schema already. */
async function takenBy(files: readonly InitFile[], folder: string): Promise<string[]> {
  const found = await Promise.all(
    files.map(async ({ name, content }) => {
      const path = join(folder, name);
      const isThere = await access(path).then(
        () => true,
        () => false,
      );
      if (!isThere) return [];
      const there = await readFile(path, "utf8").catch(() => undefined);
      return there === content ? [] : [path];
    }),
  );
  return found.flat();
}

/** With its rights from the beginning, also where it replaces one that others may read. */
async function write(path: string, content: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}.new`;
  await writeFile(beside, content, { mode, flag: "wx" });
  await rename(beside, path);
}
