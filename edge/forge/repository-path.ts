import * as z from "zod";
import { Repository } from "#shared/event.ts";

const { owner, name } = Repository.shape;

/** The path of a repository, `group/subgroup/name`, as its owner and its name. */
export const RepositoryPath = z
  .string()
  .transform((path) => {
    const at = path.lastIndexOf("/");
    return { owner: path.slice(0, Math.max(at, 0)), name: path.slice(at + 1) };
  })
  .pipe(z.object({ owner, name }));
