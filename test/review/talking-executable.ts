import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exportCompileCache } from "../compile-cache.ts";

const program = new URL("talking-cli.ts", import.meta.url).pathname;

/** The talking CLI as one file, as a CLI is given; its list of steps is in this folder. */
export async function talkingExecutable(folder: string): Promise<string> {
  const path = join(folder, "claude");
  const script = `#!/bin/sh\n${exportCompileCache}\nexec '${process.execPath}' '${program}' '${folder}' "$@"\n`;
  await writeFile(path, script, { mode: 0o755 });
  return path;
}
