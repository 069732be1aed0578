import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onDisk } from "./on-disk.ts";

/** Ids of how many hexadecimal digits name the objects. */
export type IdLength = 40 | 64;

/**
 * Attributes of the repository that would change a file on its way to the disk, run a filter, or
 * hide a text file from the diff are taken back for every path: this file wins over all others.
 */
const attributes = "* -text -ident !eol !working-tree-encoding !filter !diff\n";

/** What would lead git to another configuration or to other objects. */
const strays = ["config.worktree", "commondir", join("objects", "info", "alternates")];

/** What a git that was killed leaves in the way. */
const locks = ["shallow.lock", "packed-refs.lock", "HEAD.lock", "config.lock"];
const isLeft = /^(?:tmp_|incoming-|\.tmp-)/;

/**
 * Makes a git dir where it is missing. What configures git in it is put right each time, so that
 * nothing that another process of this user put there has an effect.
 * @throws CicdError `store_unavailable` when the disk refuses.
 */
export async function layOutMirror(gitDir: string, idLength: IdLength): Promise<void> {
  await onDisk(gitDir, async () => {
    for (const name of ["objects", "refs", "info"]) {
      await mkdir(join(gitDir, name), { recursive: true, mode: 0o700 });
    }
    await put(join(gitDir, "HEAD"), "ref: refs/heads/none\n");
    await put(join(gitDir, "config"), configFor(idLength));
    await put(join(gitDir, "info", "attributes"), attributes);
    for (const name of strays) await rm(join(gitDir, name), { recursive: true, force: true });
  });
}

/** Removes the locks and the halves of packs that a killed git left; none may be running there. */
export async function sweepMirror(gitDir: string): Promise<void> {
  await onDisk(gitDir, async () => {
    const refs = await readdir(join(gitDir, "refs"), { recursive: true }).catch(() => []);
    const left = [
      ...locks,
      ...refs.filter((name) => name.endsWith(".lock")).map((name) => join("refs", name)),
      ...(await leftIn(gitDir, "objects")),
      ...(await leftIn(gitDir, join("objects", "pack"))),
    ];
    for (const name of left) await rm(join(gitDir, name), { recursive: true, force: true });
  });
}

async function leftIn(gitDir: string, folder: string): Promise<string[]> {
  const names = await readdir(join(gitDir, folder)).catch(() => []);
  return names.filter((name) => isLeft.test(name)).map((name) => join(folder, name));
}

/** Others may be reading: a file that is as it should be is left alone, another replaced whole. */
async function put(path: string, content: string): Promise<void> {
  if ((await readFile(path, "utf8").catch(() => undefined)) === content) return;
  await rm(path, { recursive: true, force: true });
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}

/** The least that makes a folder a repository. */
function configFor(idLength: IdLength): string {
  return idLength === 64
    ? "[core]\n\trepositoryformatversion = 1\n\tbare = false\n[extensions]\n\tobjectFormat = sha256\n"
    : "[core]\n\trepositoryformatversion = 0\n\tbare = false\n";
}
