import * as z from "zod";

/**
 * The setting `runner_secret`: what edge and runner prove themselves to each other with. Several
 * while they are rotated: the first signs, all are accepted.
 */
export const RunnerSecret = z
  .array(
    z.string().min(16, "must be at least 16 characters: try `openssl rand -hex 32`"),
    "must be a list of what edge and runner share: set RUNNER_SECRET, `openssl rand -hex 32` makes one",
  )
  .min(1, "must hold at least one secret")
  .meta({
    env: ["RUNNER_SECRET"],
    secret: true,
    description: "Secret shared by edge and runner; several while they are rotated",
  });
