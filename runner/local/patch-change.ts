import type { RunnerConfig } from "../config.ts";
import { nameless, patchCheckout } from "./patch-checkout.ts";
import { readPatch } from "./read-patch.ts";
import type { LocalChange } from "./review-once.ts";

/**
 * A change of which there is a unified diff alone. Nobody tells who wrote it, so it is taken for one
 * from a fork.
 * @throws CicdError `invalid_request` when it is no diff.
 */
export function patchChange(text: string, { runner, review }: RunnerConfig): LocalChange {
  const files = readPatch(text);
  return {
    subject: {
      forge: "github",
      repository: { host: "localhost", owner: "local", name: "diff", clone_url: "file:///" },
      pull_request: {
        number: 0,
        title: "A diff that was given",
        body: "",
        head: {},
        base: { ref: nameless },
        fork: true,
      },
    },
    wish: "There is the diff alone: the working directory is empty.",
    isEmpty: files.length === 0,
    prepare: (folder) =>
      patchCheckout(files, folder, {
        maxDiffBytes: runner.max_diff,
        exclude: review.exclude,
      }),
  };
}
