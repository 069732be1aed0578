import * as z from "zod";
import { Duration } from "#shared/quantity.ts";

/** How results get onto pull requests. Durations in milliseconds. */
export const PublishConfig = z
  .strictObject({
    enabled: z.boolean().default(true).meta({
      description: "Whether results are put on pull requests, where a forge has a token",
    }),
    fail_on: z.enum(["high", "medium", "low", "never"]).default("never").meta({
      description: "Least severity of a finding that makes the check of a commit fail",
    }),
    name: z.string().min(1).max(100).default("cicd-runner").meta({
      description: "What the check or the status of a commit is called",
    }),
    timeout: Duration.prefault("2m").meta({
      description: "How long one attempt tries to publish before it fails",
    }),
    write_tests: z.boolean().default(false).meta({
      description: "Whether `/test --write` may put proposed tests on a branch of their own",
    }),
  })
  .prefault({});
