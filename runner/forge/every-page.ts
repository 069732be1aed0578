import { CicdError } from "#shared/error.ts";

/** No list of ours has more pages. */
const mostPages = 100;

/**
 * All entries of a list that comes in pages of a size, the first of which is 1.
 * @throws CicdError `forge_rejected` when the list does not end.
 */
export async function everyPage<T>(
  read: (page: { page: number; per_page: number }) => Promise<readonly T[]>,
  perPage = 100,
): Promise<T[]> {
  const all: T[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const entries = await read({ page, per_page: perPage });
    all.push(...entries);
    if (entries.length < perPage) return all;
  }
  throw new CicdError("forge_rejected", `Cannot read list: it has over ${all.length} entries`);
}
