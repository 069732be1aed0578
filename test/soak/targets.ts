import { createRepository } from "../workspace/repository.ts";
import type { Target } from "./sent.ts";

/** Makes a repository with a pull request of one commit each. */
export async function makeTargets(
  folder: string,
  { cloneUrl, sessions }: { cloneUrl?: string; sessions: number },
): Promise<(number: number) => Target> {
  const repository = await createRepository(folder);
  const baseSha = await repository.commit({ files: { "README.md": "# Soak\n" } });
  const heads: string[] = [baseSha];
  for (let number = 1; number <= sessions; number += 1) {
    const files = { "src/count.ts": `export const count = ${number};\n` };
    const branch = `change-${number}`;
    heads.push(await repository.commit({ files, branch, from: baseSha }));
  }
  return (number) => ({
    cloneUrl: cloneUrl ?? repository.url,
    baseSha,
    headSha: heads[number] ?? baseSha,
  });
}
