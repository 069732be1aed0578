import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import * as z from "zod";
import { type TempFolder, tempFolder } from "../temp-folder.ts";

const root = new URL("../../", import.meta.url).pathname;

/** The package as npm makes it, installed as a dependency of an empty project. */
export interface InstalledPackage extends TempFolder {
  /** Paths of all files in the tarball. */
  readonly files: readonly string[];
  /** Of the tarball, in bytes. */
  readonly size: number;
}

const Packed = z.array(
  z.object({
    filename: z.string(),
    size: z.int(),
    files: z.array(z.object({ path: z.string() })),
  }),
);
const Manifest = z.looseObject({ version: z.string(), dependencies: z.looseObject({}) });
const Lock = z.object({
  lockfileVersion: z.int(),
  packages: z.record(z.string(), z.looseObject({ dev: z.boolean().optional() })),
});

/**
 * Packs the project and installs it with exactly the dependencies of its lock file, from npm's cache
 * where they are in it, and without those of its development.
 */
export async function installPackage(): Promise<InstalledPackage> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder());
  const npm = execa({ cwd: folder.path, timeout: 90_000 });
  const { stdout } = await npm("npm", ["pack", root, "--json", "--silent"]);
  const [packed] = Packed.parse(JSON.parse(stdout.slice(stdout.indexOf("[\n"))));
  if (packed === undefined) throw new Error(`npm packed nothing: ${stdout}`);

  const { filename, size } = packed;
  const manifest = Manifest.parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));
  const lock = Lock.parse(JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")));
  const needed = Object.entries(lock.packages).filter(([path, { dev }]) => path !== "" && !dev);
  const { version, dependencies, bin } = manifest;
  const project = {
    name: "user",
    type: "module",
    dependencies: { "cicd-runner": `file:${filename}` },
  };
  const packages = {
    "": project,
    "node_modules/cicd-runner": { version, resolved: `file:${filename}`, dependencies, bin },
    ...Object.fromEntries(needed),
  };
  const write = (name: string, content: unknown) =>
    writeFile(join(folder.path, name), JSON.stringify(content));
  await write("package.json", project);
  await write("package-lock.json", {
    name: "user",
    lockfileVersion: lock.lockfileVersion,
    packages,
  });
  await npm("npm", ["ci", "--prefer-offline", "--no-audit", "--no-fund"]);

  const files = packed.files.map(({ path }) => path);
  const resources = undo.move();
  return { path: folder.path, files, size, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}
