/** One page of a list, as the query asks. */
export function paged<T>(query: URLSearchParams, all: readonly T[]): T[] {
  const size = Number(query.get("per_page") ?? query.get("limit") ?? 30);
  const from = (Number(query.get("page") ?? 1) - 1) * size;
  return all.slice(from, from + size);
}
