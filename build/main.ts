/**
 * Builds what npm ships: Node strips no types below `node_modules`. Goes into `dist/`, beside a
 * package.json of its own: Node looks up `#shared/*` and the like in the nearest one. In a checkout
 * that is ours, which leads to TypeScript; below `dist` it is the other, which leads to what tsc made
 * of it. So neither needs an option of Node's.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { execa } from "execa";
import * as z from "zod";

const root = new URL("../", import.meta.url).pathname;
const dist = `${root}dist`;

// What was renamed since must not be shipped.
await rm(dist, { recursive: true, force: true });
await execa({
  cwd: root,
  preferLocal: true,
  stdio: "inherit",
})`tsc --project build/tsconfig.json --outDir ${dist}`;

const { name, version, type, imports } = z
  .object({
    name: z.string(),
    version: z.string(),
    type: z.literal("module"),
    imports: z.record(z.string(), z.string().endsWith("/*")),
  })
  .parse(JSON.parse(await readFile(`${root}package.json`, "utf8")));
const built = Object.entries(imports).map(([from, to]) => [`${from}.ts`, `${to}.js`]);
const text = JSON.stringify({ name, version, type, imports: Object.fromEntries(built) }, null, 2);
await writeFile(`${dist}/package.json`, `${text}\n`);
