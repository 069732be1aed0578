import * as z from "zod";
import { Duration, Size } from "#shared/quantity.ts";

/** What a review is shown of a pull request. */
export const ReviewConfig = z
  .strictObject({
    skills: z.array(z.string()).min(1).default(["code-reviewer"]).meta({
      description: "Skills that a review works by, all in one turn",
    }),
    context_lines: z.int().min(1).max(100).default(3).meta({
      description: "Lines of a diff around each change",
    }),
    exclude: z
      .array(z.string().min(1))
      .default([
        ...["**/package-lock.json", "**/npm-shrinkwrap.json", "**/yarn.lock", "**/pnpm-lock.yaml"],
        ...["**/bun.lock", "**/Cargo.lock", "**/go.sum", "**/composer.lock", "**/Gemfile.lock"],
        ...["**/poetry.lock", "**/uv.lock", "**/Pipfile.lock", "**/*.min.js", "**/*.min.css"],
        ...["**/*.map", "**/*.snap", "**/node_modules/**", "**/vendor/**"],
      ])
      .meta({
        description:
          "Globs of files that no diff has; they are named to the model and in the result",
      }),
  })
  .prefault({});

/** Reviews that are kept to be given again. Durations in milliseconds, sizes in bytes. */
export const CacheConfig = z
  .strictObject({
    enabled: z.boolean().default(true).meta({
      description: "Whether a change that was reviewed before is given the same review again",
    }),
    ttl: Duration.prefault("168h").meta({ description: "How long a review is kept for that" }),
    size: Size.prefault("50MB").meta({
      description: "Room for them in the store; the oldest go first",
    }),
  })
  .prefault({});
