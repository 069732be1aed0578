import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exportCompileCache } from "../compile-cache.ts";

const cli = new URL("cli/main.ts", import.meta.url).pathname;

/** Makes the scripted CLI one file, as it is started; resolves to its path. */
export async function installCli(folder: string): Promise<string> {
  const executable = join(folder, "claude");
  await writeFile(
    executable,
    ["#!/bin/sh", exportCompileCache, `exec '${process.execPath}' '${cli}' "$@"\n`].join("\n"),
  );
  await chmod(executable, 0o755);
  return executable;
}
