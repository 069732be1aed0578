import { readFileSync } from "node:fs";
import * as z from "zod";

const cli = "@anthropic-ai/claude-code";

const manifest = z
  .object({
    version: z.string(),
    devDependencies: z.object({ [cli]: z.string().optional() }).optional(),
  })
  .parse(JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")));

/** The version of this program, from its package.json. */
export const { version } = manifest;

/** The version of the Claude CLI that this program is tested with, where its package.json tells. */
export const testedCli = manifest.devDependencies?.[cli];
