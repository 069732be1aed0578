import * as z from "zod";
import { EdgeConfig } from "#edge/config.ts";
import { RunnerConfig } from "#runner/config.ts";

/** Everything that `cicd-runner.yaml` may hold: one file serves all commands. */
export const Config = z.strictObject({
  host: z.string().min(1).default("127.0.0.1").meta({
    description: "Address that the edge listens on, for forges and people",
  }),
  port: z.int().min(0).max(65535).default(8787).meta({
    description: "Port of the edge; 0 takes a free one",
  }),
  ...EdgeConfig.shape,
  ...RunnerConfig.shape,
});
/** {@link Config}, read. */
export type Config = z.output<typeof Config>;
