/** Tells the size of the Worker's bundle, unminified, and fails when it is beyond the limit. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

const folder = new URL("../../node_modules/.cache/worker/", import.meta.url).pathname;
const limit = 1024 ** 2;

const scripts = (await readdir(folder)).filter((name) => name.endsWith(".js"));
if (scripts.length === 0) throw new Error(`Cannot find a bundle in ${folder}`);
let size = 0;
for (const name of scripts) size += (await stat(join(folder, name))).size;

const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
console.log(`Worker: ${kib(size)} unminified, of ${kib(limit)}`);
if (size > limit) {
  console.error("Too large: see what was added to edge/ or shared/, with --metafile of esbuild");
  process.exitCode = 1;
}
