/**
 * Builds what npm ships: Node strips no types below `node_modules`. It goes into `dist/`, which is laid
 * out as a checkout is, beside a package.json of its own: Node looks up `#shared/*` and the like in
 * the nearest one. In a checkout that is ours, which leads to TypeScript; below `dist` it is the other,
 * which leads to what tsc made of it. So neither needs an option of Node's.
 */
import { existsSync } from "node:fs";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import * as z from "zod";

const root = fileURLToPath(new URL("../", import.meta.url));
const dist = join(root, "dist");

/** What the program reads or is started by, and is no TypeScript. */
const resources = ["bin", "deploy/systemd", "skills"];

// What was renamed since must not be shipped.
await rm(dist, { recursive: true, force: true });
await execa({
  cwd: root,
  preferLocal: true,
  stdio: "inherit",
})`tsc --project build/tsconfig.json --outDir ${dist}`;

for (const folder of resources) {
  const from = join(root, folder);
  if (existsSync(from)) await cp(from, join(dist, folder), { recursive: true });
}

const { imports, ...told } = z
  .object({
    name: z.string(),
    version: z.string(),
    type: z.literal("module"),
    imports: z.record(z.string(), z.string().endsWith("/*")),
    /** Which CLI it was tested with. */
    devDependencies: z.object({ "@anthropic-ai/claude-code": z.string() }),
  })
  .parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));
const built = Object.entries(imports).map(([from, to]) => [`${from}.ts`, `${to}.js`]);
const text = JSON.stringify({ ...told, imports: Object.fromEntries(built) }, null, 2);
await writeFile(join(dist, "package.json"), `${text}\n`);
