import * as z from "zod";

/** Where skills come from besides the program. */
export const SkillsConfig = z
  .strictObject({
    dir: z.string().min(1).optional().meta({
      description: "Folder of skills; one takes the place of ours with the same name",
    }),
  })
  .prefault({});
