import { createRequire } from "node:module";
import * as z from "zod";

const Package = z.array(z.object({ name: z.string(), examples: z.array(z.unknown()) }));

/** Payloads that GitHub once sent, by event; from the npm package `@octokit/webhooks-examples`. */
export const githubExamples: ReadonlyMap<string, readonly unknown[]> = new Map(
  Package.parse(createRequire(import.meta.url)("@octokit/webhooks-examples")).map(
    ({ name, examples }) => [name, examples],
  ),
);
