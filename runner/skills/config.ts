import * as z from "zod";

/** Where skills come from besides the program. */
export const SkillsConfig = z
  .strictObject({
    dir: z.string().min(1).optional().meta({
      description: "Folder of skills; one takes the place of ours with the same name",
    }),
    test_paths: z
      .array(z.string().min(1))
      .min(1)
      .default([
        ...["**/test/**", "**/tests/**", "**/__tests__/**", "**/spec/**", "**/specs/**"],
        ...["**/testdata/**", "**/*.test.*", "**/*.spec.*", "**/*_test.*", "**/test_*.*"],
        ...["**/*_spec.*", "**/*Test.*", "**/*Tests.*", "**/*Spec.*"],
      ])
      .meta({ description: "Globs of the files that proposed tests may add or change" }),
  })
  .prefault({});
